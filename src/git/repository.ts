/** Any git repository, as it was found: Mound need not have set it up. Nothing here writes to it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isOid, type Oid } from "../protocol/ids.ts";
import { gitDirs } from "./clone.ts";
import { isRefName } from "./refs.ts";
import { gitFailed, runGit } from "./run.ts";

export interface Repository {
  /** HEAD is here. */
  readonly gitDir: string;
  /** What linked work trees share. */
  readonly commonDir: string;
}

/** The repository at or above a folder: a work tree's, or a bare one. */
export function findRepository(start: string): Repository | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const found = gitDirs(folder) ?? bareAt(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

/** A git directory that was named, or the folder that it belongs to. */
export function repositoryAt(folder: string): Repository | undefined {
  return bareAt(folder) ?? gitDirs(folder);
}

/** The commit that a ref or an abbreviated name stands for; undefined where it names none, or several. */
export async function resolveCommit(
  { gitDir }: Repository,
  name: string,
): Promise<Oid | undefined> {
  if (name.startsWith("-")) return undefined;
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const output = await runGit(args, { gitDir });
  const oid = new TextDecoder().decode(output.stdout).trim();
  return output.exitCode === 0 && isOid(oid) ? oid : undefined;
}

/** The branch that HEAD names; undefined where it is detached. */
export async function headBranch({ gitDir }: Repository): Promise<string | undefined> {
  const output = await runGit(["symbolic-ref", "--quiet", "--short", "HEAD"], { gitDir });
  const name = new TextDecoder().decode(output.stdout).trim();
  return output.exitCode === 0 && isRefName(`refs/heads/${name}`) ? name : undefined;
}

/** Whether a commit's tree has a file at a path. */
export async function hasFile({ gitDir }: Repository, commit: Oid, path: string): Promise<boolean> {
  return (await runGit(["cat-file", "-e", `${commit}:${path}`], { gitDir })).exitCode === 0;
}

/** The names in a folder of a commit's tree, as far as they are plain; none where there is no such folder. */
export async function listFolder(
  { gitDir }: Repository,
  commit: Oid,
  folder: string,
): Promise<readonly string[]> {
  const args = ["ls-tree", "--name-only", "-z", `${commit}:${folder}`];
  const output = await runGit(args, { gitDir, maxBytes: NAMES_BYTES });
  return new TextDecoder().decode(output.stdout).split("\0").slice(0, -1);
}

/** Four hundred thousand names of commits: what is beyond is not looked at. */
const NAMES_BYTES = 16 * 1024 * 1024;

/** How many commits lie on the first parents of a commit, itself counted. */
export async function countCommits({ gitDir }: Repository, commit: Oid): Promise<number> {
  const args = ["rev-list", "--count", "--first-parent", commit, "--"];
  const output = await runGit(args, { gitDir });
  if (output.exitCode !== 0) throw gitFailed(args, output);
  return Number(new TextDecoder().decode(output.stdout));
}

/** Whether objects are named in SHA-256, which no mound's are. */
export function isSha256({ commonDir }: Repository): boolean {
  return /^\s*objectformat\s*=\s*sha256/im.test(readText(join(commonDir, "config")));
}

/**
 * How many objects of a history a partial clone lacks, at most: git counts while it lists, and the
 * listing ends early. 0 for a clone that is whole, which is not looked through.
 */
export async function missingObjects({ commonDir, gitDir }: Repository, tip: Oid): Promise<number> {
  if (!/^\s*(promisor|partialclone)\s*=/im.test(readText(join(commonDir, "config")))) return 0;
  const args = ["rev-list", "--objects", "--missing=print", "--first-parent", tip, "--"];
  const output = await runGit(args, { gitDir, timeoutMs: LISTING_MS, maxBytes: LISTING_BYTES });
  if (output.exitCode !== 0 && !output.truncated) throw gitFailed(args, output);
  return new TextDecoder().decode(output.stdout).match(/^\?/gm)?.length ?? 0;
}

/** Every object of a long history, by name. */
const LISTING_BYTES = 256 * 1024 * 1024;
const LISTING_MS = 10 * 60_000;

function bareAt(folder: string): Repository | undefined {
  const here = existsSync(join(folder, "HEAD")) && existsSync(join(folder, "refs"));
  if (!here) return undefined;
  const named = readText(join(folder, "commondir")).trim();
  const commonDir = named === "" ? folder : resolve(folder, named);
  const objects = statSync(join(commonDir, "objects"), { throwIfNoEntry: false });
  return objects?.isDirectory() === true ? { gitDir: folder, commonDir } : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
