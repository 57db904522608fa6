/**
 * A clone of a mound on disk: where it is, how it is made, and what it remembers about itself. Every
 * command looks for its clone, so what runs git is loaded only to make one.
 */
import { readFileSync, statSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Oid } from "../protocol/ids.ts";

/**
 * The checkpoint from which a clone was started: until its history is folded from the first commit,
 * what came before rests on the word of the signers.
 */
export interface CloneStart {
  readonly commit: Oid;
  /** Commits up to there. */
  readonly number: number;
  /** Of the state there, as it was signed. */
  readonly digest: string;
  readonly signers: readonly string[];
  /** The digest that folding gave instead: the signers lied, and nothing here is to be trusted. */
  readonly found?: string;
}

/** What a clone knows about its mound; kept beside the caches, but not one of them. */
export interface CloneSettings {
  readonly version: 1;
  readonly id: string;
  readonly branch: string;
  /** The URL or absolute path of the origin; `embedded` where it lies inside the clone. */
  readonly origin: string;
  /** undefined: all of history was verified here. */
  readonly start?: CloneStart;
}

export interface Clone {
  /** The folder that holds the working tree. */
  readonly workTree: string;
  /** This work tree's git directory; HEAD and the index are here. */
  readonly gitDir: string;
  /** The git directory that linked work trees share. */
  readonly commonDir: string;
  readonly settings: CloneSettings;
}

/** The word in `CloneSettings.origin` for an origin inside the clone. */
export const EMBEDDED = "embedded";

/** In Mound's folder: the keys by which stock git and ssh-keygen verify. */
export const ALLOWED_SIGNERS = "allowed_signers";

/** Where Mound keeps its own files in a git directory. */
export function moundFolder(commonDir: string): string {
  return join(commonDir, "mound");
}

/** The URL or path that git is given for the origin of a clone. */
export function originUrl({ commonDir, settings }: Pick<Clone, "commonDir" | "settings">): string {
  return settings.origin === EMBEDDED ? embeddedOrigin(commonDir) : settings.origin;
}

/** The git directory in which all objects of a clone lie: the origin inside it holds those of both. */
export function objectStore({
  commonDir,
  settings,
}: Pick<Clone, "commonDir" | "settings">): string {
  return settings.origin === EMBEDDED ? embeddedOrigin(commonDir) : commonDir;
}

export function embeddedOrigin(commonDir: string): string {
  return join(moundFolder(commonDir), "origin.git");
}

/** The mound at or above a folder, or beside the code that lies there; undefined where there is none. */
export function findClone(start: string): Clone | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const found = cloneAt(join(folder, ".mound")) ?? cloneAt(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The git directories of a folder with a `.git`, a linked work tree's included. */
export function gitDirs(folder: string): { gitDir: string; commonDir: string } | undefined {
  const dot = join(folder, ".git");
  const kind = statSync(dot, { throwIfNoEntry: false });
  if (kind === undefined) return undefined;
  let gitDir = dot;
  if (kind.isFile()) {
    const match = /^gitdir: (.*)$/m.exec(readFileSync(dot, "utf8"));
    if (match === null) return undefined;
    gitDir = resolve(folder, match[1]!);
  }
  const common = readText(join(gitDir, "commondir"));
  return { gitDir, commonDir: common === undefined ? gitDir : resolve(gitDir, common.trim()) };
}

/** Makes an empty repository for a clone, in sha1 and files format whatever git's defaults are. */
export async function createRepository(
  folder: string,
  branch: string,
  originAt: string,
): Promise<string> {
  const { gitText } = await import("./run.ts");
  await mkdir(folder, { recursive: true });
  const environment = { GIT_DEFAULT_REF_FORMAT: "files", GIT_DEFAULT_HASH: "sha1" };
  await gitText(["init", "--quiet", `--initial-branch=${branch}`, "--template=", folder], {
    environment,
  });
  const gitDir = join(folder, ".git");
  const settings = [
    ["remote.origin.url", originAt],
    ["remote.origin.fetch", `+refs/heads/${branch}:refs/remotes/origin/${branch}`],
    [`branch.${branch}.remote`, "origin"],
    [`branch.${branch}.merge`, `refs/heads/${branch}`],
    // A person's `git pull` never makes a merge: the line has none.
    ["pull.ff", "only"],
    ["gpg.format", "ssh"],
    ["gpg.ssh.allowedSignersFile", join(moundFolder(gitDir), ALLOWED_SIGNERS)],
  ];
  for (const [name, value] of settings) await gitText(["config", name!, value!], { gitDir });
  return gitDir;
}

/** Makes a bare origin with the settings of a server that Mound owns. */
export async function createOrigin(path: string, branch: string): Promise<void> {
  const { gitText } = await import("./run.ts");
  await mkdir(dirname(path), { recursive: true });
  const environment = { GIT_DEFAULT_REF_FORMAT: "files", GIT_DEFAULT_HASH: "sha1" };
  await gitText(["init", "--quiet", "--bare", `--initial-branch=${branch}`, "--template=", path], {
    environment,
  });
  for (const [name, value] of ORIGIN_SETTINGS)
    await gitText(["config", name, value], { gitDir: path });
}

/** See DESIGN §6: nothing is rewritten or deleted, what is accepted is on disk, locks are waited for. */
export const ORIGIN_SETTINGS = [
  ["receive.denyNonFastForwards", "true"],
  ["receive.denyDeletes", "true"],
  ["receive.fsckObjects", "true"],
  ["receive.autogc", "false"],
  ["core.fsync", "committed"],
  ["core.filesRefLockTimeout", "5000"],
] as const;

/** Writes what the clone knows about its mound. */
export async function writeCloneSettings(
  commonDir: string,
  settings: CloneSettings,
): Promise<void> {
  const folder = moundFolder(commonDir);
  await mkdir(folder, { recursive: true });
  const path = join(folder, "clone.json");
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(settings, undefined, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}

function cloneAt(folder: string): Clone | undefined {
  const dirs = gitDirs(folder);
  const text =
    dirs === undefined ? undefined : readText(join(moundFolder(dirs.commonDir), "clone.json"));
  if (dirs === undefined || text === undefined) return undefined;
  return { workTree: folder, ...dirs, settings: JSON.parse(text) as CloneSettings };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
