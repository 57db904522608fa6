/** The pre-receive hook of a bare repository that has every push judged, as a file on disk. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { shellQuote, shellUnquote } from "../base/shell-quote.ts";
import { err, ok, type Result } from "../base/result.ts";

export interface JudgeProgram {
  /** Absolute paths of node and of the command. */
  readonly node: string;
  readonly command: string;
  /** What the judge was built from. */
  readonly build: string;
}

/** What stands at a repository's door; `intact`: its program is where it was. */
export type FoundHook =
  | { readonly kind: "none" }
  | { readonly kind: "judge"; readonly build: string; readonly intact: boolean }
  | { readonly kind: "frozen" }
  | { readonly kind: "foreign" };

/** A hook that another has put there: it is not overwritten. */
export interface HookTaken {
  readonly code: "hook-taken";
  readonly path: string;
}

const MARK = /^# mound-judge (\S+)$/m;
const FROZEN = /^# This mound has moved\./m;

export async function readHook(gitDir: string): Promise<FoundHook> {
  const text = await readFile(hookPath(gitDir), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? { kind: "none" } : kindOf(text);
}

function kindOf(text: string): FoundHook {
  const build = MARK.exec(text)?.[1];
  if (build !== undefined) return { kind: "judge", build, intact: programsOf(text).every(isThere) };
  return { kind: FROZEN.test(text) ? "frozen" : "foreign" };
}

/**
 * Puts the judge at the door, in place of an older one. `force`: in place of any hook, of which a copy
 * is kept as `pre-receive.before-mound`. Answers the path of the copy.
 */
export async function writeHook(
  gitDir: string,
  program: JudgeProgram,
  force = false,
): Promise<Result<string | undefined, HookTaken>> {
  const path = hookPath(gitDir);
  const { kind } = await readHook(gitDir);
  const foreign = kind === "foreign" || kind === "frozen";
  if (foreign && !force) return err({ code: "hook-taken", path });
  await mkdir(dirname(path), { recursive: true });
  const copy = foreign ? `${path}.before-mound` : undefined;
  if (copy !== undefined) await copyFile(path, copy);
  await writeFile(`${path}.new`, script(gitDir, program));
  await chmod(`${path}.new`, 0o755);
  await rename(`${path}.new`, path);
  return ok(copy);
}

/** Takes the judge away, and puts back what was there before it; false where it was not there. */
export async function removeHook(gitDir: string): Promise<boolean> {
  const path = hookPath(gitDir);
  if ((await readHook(gitDir)).kind !== "judge") return false;
  const copied = await rename(`${path}.before-mound`, path).then(
    () => true,
    () => false,
  );
  if (!copied) await rm(path, { force: true });
  return true;
}

/**
 * Where the judge's script belongs. Hosts have a hook of their own that runs all of a folder (Gitea and
 * Forgejo `hooks/pre-receive.d`, GitLab `custom_hooks/pre-receive.d`); else it is git's own place.
 */
export function hookPath(gitDir: string): string {
  const plain = join(gitDir, "hooks", "pre-receive");
  if (existsSync(join(gitDir, "custom_hooks")))
    return join(gitDir, "custom_hooks", "pre-receive.d", "mound");
  const folder = `${plain}.d`;
  if (!existsSync(folder) || !existsSync(plain)) return plain;
  return kindOf(readFileSync(plain, "utf8")).kind === "foreign" ? join(folder, "mound") : plain;
}

/** Of the server's environment, these two would make node start slower, or load what it should not. */
const UNSET = "unset NODE_OPTIONS NODE_EXTRA_CA_CERTS";

function script(gitDir: string, { node, command, build }: JudgeProgram): string {
  const missing = (what: string): string =>
    `  echo "mound: the judge at $${what} is missing; nothing is accepted until \\\`mound hook install $repository\\\` is run again." >&2`;
  return [
    "#!/bin/sh",
    `# mound-judge ${build}`,
    "# Written by `mound hook install`: judges what is pushed before it is taken.",
    `repository=${shellQuote(gitDir)}`,
    `node=${shellQuote(node)}`,
    `judge=${shellQuote(command)}`,
    `if [ ! -x "$node" ]; then`,
    missing("node"),
    "  exit 1",
    "fi",
    `if [ ! -r "$judge" ]; then`,
    missing("judge"),
    "  exit 1",
    "fi",
    UNSET,
    `exec "$node" "$judge" hook pre-receive`,
    "",
  ].join("\n");
}

function programsOf(text: string): readonly string[] {
  return ["node", "judge"].map((name) => {
    const quoted = new RegExp(`^${name}='(.*)'$`, "m").exec(text)?.[1];
    return shellUnquote(quoted ?? "");
  });
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
