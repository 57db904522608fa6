/** A repository of code that a mound coordinates work on, as `mound guard` looks at it. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { decodeName } from "../protocol/objects.ts";
import { gitDirs } from "./clone.ts";
import { gitFailed, gitText, runGit } from "./run.ts";

export interface CodeRepository {
  /** The top of the working tree. */
  readonly top: string;
  /** HEAD is here. */
  readonly gitDir: string;
  /** What linked work trees share. */
  readonly commonDir: string;
  /** What git tells its hooks: a commit of some files, or of all, has an index of its own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What starts a hook: the folder, and the variables that git has set there. */
export interface Started {
  readonly dir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The repository at or above a folder, or the one for which git runs a hook. */
export function findCode({ dir, environment }: Started): CodeRepository | undefined {
  const index = environment["GIT_INDEX_FILE"];
  const own: Record<string, string> =
    index === undefined || index === "" ? {} : { GIT_INDEX_FILE: resolve(dir, index) };
  const named = environment["GIT_DIR"];
  if (named !== undefined && named !== "") {
    const gitDir = resolve(dir, named);
    const top = resolve(dir, environment["GIT_WORK_TREE"] ?? ".");
    const common = join(gitDir, "commondir");
    const commonDir = existsSync(common)
      ? resolve(gitDir, readFileSync(common, "utf8").trim())
      : gitDir;
    return { top, gitDir, commonDir, environment: own };
  }
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    const found = gitDirs(folder);
    if (found !== undefined) return { top: folder, ...found, environment: own };
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * The files that the next commit changes: added, rewritten, removed, and of a rename both names. Of a merge
 * only those that are as in no parent: what others have committed is no edit of whoever merges it.
 */
export async function stagedPaths(code: CodeRepository): Promise<readonly string[]> {
  const staged = await changedSince(code);
  const others = mergeHeads(code);
  const kept = await Promise.all(
    others.map(async (head) => new Set(await changedSince(code, head))),
  );
  return staged.filter((path) => kept.every((changed) => changed.has(path)));
}

async function changedSince(code: CodeRepository, commit?: string): Promise<readonly string[]> {
  const args = ["diff", "--cached", "--name-only", "-z", "--no-renames", "--no-relative"];
  args.push("--no-ext-diff", "--ignore-submodules=none", ...(commit === undefined ? [] : [commit]));
  const output = await runGit([...args, "--"], inCode(code));
  if (output.exitCode !== 0) throw gitFailed(args, output);
  return decodeName(output.stdout).split("\0").slice(0, -1);
}

function mergeHeads({ gitDir }: CodeRepository): readonly string[] {
  const path = join(gitDir, "MERGE_HEAD");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => /^[0-9a-f]{40,64}$/.test(line));
}

/** The last value of each setting whose name begins with `section.`, by the rest of it in lower case. */
export async function readSettings(
  code: CodeRepository,
  section: string,
): Promise<ReadonlyMap<string, string>> {
  const pattern = `^${section.replaceAll(".", "[.]")}[.]`;
  const args = ["config", "-z", "--get-regexp", pattern];
  const output = await runGit(args, inCode(code));
  // 1: there is none.
  if (output.exitCode !== 0 && output.exitCode !== 1) throw gitFailed(args, output);
  const entries = new TextDecoder().decode(output.stdout).split("\0").slice(0, -1);
  return new Map(
    entries.map((entry) => {
      const end = entry.indexOf("\n");
      const name = (end < 0 ? entry : entry.slice(0, end)).slice(section.length + 1);
      return [name, end < 0 ? "true" : entry.slice(end + 1)];
    }),
  );
}

/** Makes a section of the repository's own configuration hold these settings and no others. */
export async function writeSettings(
  code: CodeRepository,
  section: string,
  settings: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  await runGit(["config", "--local", "--remove-section", section], inCode(code));
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined)
      await gitText(["config", "--local", `${section}.${name}`, value], inCode(code));
  }
}

/** The folder in which git looks for this repository's hooks. */
export async function hooksFolder(code: CodeRepository): Promise<string> {
  const args = ["config", "-z", "--show-scope", "--type=path", "--get-all", "core.hooksPath"];
  const output = await runGit(args, inCode(code));
  const parts = new TextDecoder().decode(output.stdout).split("\0");
  let folder: string | undefined;
  // Every call of ours turns hooks off in its own scope; what is asked is what git does without us.
  for (let at = 0; at + 1 < parts.length; at += 2)
    if (parts[at] !== "command") folder = parts[at + 1];
  return folder === undefined || folder === ""
    ? join(code.commonDir, "hooks")
    : resolve(code.top, folder);
}

/** Whether the repository holds a file at this path of the working tree. */
export async function isTracked(code: CodeRepository, path: string): Promise<boolean> {
  const args = ["ls-files", "--error-unmatch", "--", `:(literal)${path}`];
  return (await runGit(args, inCode(code))).exitCode === 0;
}

function inCode({ gitDir, top, environment }: CodeRepository) {
  return { gitDir, cwd: top, environment: { ...environment, GIT_WORK_TREE: top } };
}
