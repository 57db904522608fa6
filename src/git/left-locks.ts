import { type Dirent, readdirSync, realpathSync, statfsSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { markOf, takeAway } from "./stale-lock.ts";
import { openFiles, type OpenFiles } from "./open-files.ts";

/** A lock file that lies in a git directory. */
export interface FoundLock {
  readonly path: string;
  /** Milliseconds since it was written. */
  readonly age: number;
  readonly owner: LockOwner;
  /** Takes away this lock and no later one at its path; false when it had gone or changed. */
  readonly remove: () => Promise<boolean>;
}

/** `unknown`: a process that cannot be seen from here may own it. */
export type LockOwner =
  | { readonly kind: "none" }
  | { readonly kind: "process"; readonly pid: number; readonly what: string }
  | { readonly kind: "unknown"; readonly detail: string };

/** More entries than any sane git directory has outside of its objects. */
const ENTRIES_MAX = 100_000;

/**
 * The `*.lock` files of git directories, and who owns each. git writes no owner into a lock and closes
 * the file while an editor is open, so any git process at work in the repository counts as one.
 *
 * @param folders besides the git directories, where a git process that owns one may run.
 */
export async function findLocks(
  gitDirs: readonly string[],
  folders: readonly string[],
  now: number,
): Promise<readonly FoundLock[]> {
  const paths = [...new Set(gitDirs.flatMap((gitDir) => locksIn(gitDir)))];
  if (paths.length === 0) return [];
  const open = await openFiles();
  const places = [...gitDirs, ...folders].map(real);
  const found: FoundLock[] = [];
  for (const path of paths) {
    const mark = await markOf(path);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (mark === undefined || stat === undefined) continue;
    found.push({
      path,
      age: Math.max(0, now - stat.mtimeMs),
      owner: ownerOf(path, stat.uid, places, open),
      remove: () => takeAway(path, mark),
    });
  }
  return found;
}

function ownerOf(
  path: string,
  uid: number,
  places: readonly string[],
  open: OpenFiles | undefined,
): LockOwner {
  if (open === undefined)
    return { kind: "unknown", detail: "this system does not tell which files are open" };
  const holder = open.files.get(real(path));
  if (holder !== undefined) return { kind: "process", pid: holder, what: "has it open" };
  const git = open.gits.find(({ cwd, command }) =>
    places.some((place) => isWithin(cwd, place) || command.includes(place)),
  );
  if (git !== undefined)
    return { kind: "process", pid: git.pid, what: "is a git at work in this repository" };
  if (NETWORKED.has(statfsSync(dirname(path)).type))
    return {
      kind: "unknown",
      detail: "it is on a network file system: another machine may own it",
    };
  const hidden = open.hidden.find((one) => one.git || one.uid === uid);
  if (hidden === undefined) return { kind: "none" };
  return {
    kind: "unknown",
    detail: `the files of process ${hidden.pid} cannot be seen by this user`,
  };
}

/** NFS, SMB, SMB2, CIFS, AFS, Ceph, 9P and FUSE, as `statfs(2)` names them. */
const NETWORKED = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x5346414f, 0x00c36400, 0x01021997, 0x65735546,
]);

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Everywhere but in the object store, of which only `info` and `pack` have locks, and in Mound's folder. */
function locksIn(gitDir: string): readonly string[] {
  const locks: string[] = [];
  const queue = [gitDir];
  for (let entries = 0; queue.length > 0 && entries < ENTRIES_MAX;) {
    const folder = queue.pop()!;
    for (const entry of list(folder)) {
      entries += 1;
      const path = join(folder, entry.name);
      if (entry.isFile() && entry.name.endsWith(".lock")) locks.push(path);
      if (entry.isDirectory() && !isSkipped(gitDir, folder, entry.name)) queue.push(path);
    }
  }
  return locks.toSorted();
}

function isSkipped(gitDir: string, folder: string, name: string): boolean {
  if (folder === gitDir) return name === "mound" || name === "mound-queue" || name === "logs";
  return folder === join(gitDir, "objects") && name !== "info" && name !== "pack";
}

function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
