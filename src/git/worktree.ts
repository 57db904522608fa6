/**
 * The working tree as a projection for people: written by our own writer after the ref moved. The
 * local branch moves only by fast-forward, the index follows by read-tree and is left alone while
 * something is staged, and a file that a person has edited is never overwritten.
 */
import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readFile, readlink, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Objects, Refs } from "../app/ports.ts";
import { isLegalPath } from "../protocol/paths.ts";
import { isOid, type Oid } from "../protocol/ids.ts";
import { objectStore, type Clone } from "./clone.ts";
import { GitError } from "./fault.ts";
import { beginProjection, beingProjected, endProjection, putInPlace } from "./projecting.ts";
import { gitText, runGit } from "./run.ts";
import { containsShort, diffShort } from "./short-history.ts";

export interface Projection {
  /** Whether the local branch is at the verified tip now. */
  readonly current: boolean;
  /** Why the branch stays where it is. */
  readonly held?: "other-branch" | "local-commits" | "staged" | "busy";
  /** Paths with edits of a person's own that were left as they are. */
  readonly kept: readonly string[];
}

/** The blob last accepted at a path; undefined where the state has nothing there. */
export type Good = (path: string) => Promise<Oid | undefined>;

/** Brings the working tree of a clone from where its branch is to the verified tip. */
export async function project(
  clone: Clone,
  tip: Oid,
  ports: { readonly objects: Objects; readonly refs: Refs },
  good: Good,
): Promise<Projection> {
  try {
    return await projectNow(clone, tip, ports, good);
  } catch (error) {
    // Another process has the index or the branch in hand: whoever comes next projects.
    if (error instanceof GitError) return { current: false, held: "busy", kept: [] };
    throw error;
  }
}

async function projectNow(
  clone: Clone,
  tip: Oid,
  { objects, refs }: { readonly objects: Objects; readonly refs: Refs },
  good: Good,
): Promise<Projection> {
  const branch = `refs/heads/${clone.settings.branch}`;
  const head = await readHead(clone.gitDir);
  if (head !== branch) return { current: false, held: "other-branch", kept: [] };
  const old = await refs.read(branch);
  if (old === tip) return { current: true, kept: [] };
  const { gitDir } = clone;
  let index: Oid | undefined;
  if (old !== undefined) {
    if (!(await isAncestor(clone, old, tip)))
      return { current: false, held: "local-commits", kept: [] };
    index = await indexedCommit(gitDir, old, tip);
    if (index === undefined) return { current: false, held: "staged", kept: [] };
  }
  const others = (await beingProjected(gitDir)).filter((commit) => commit !== tip);
  await beginProjection(gitDir, tip);
  const kept: string[] = [];
  const changes: (PathChange & { readonly next: Oid | undefined })[] = [];
  for (const change of await changesOf(clone, old, tip, others)) {
    // Refused bytes are in the tip's tree, but the state keeps the last good ones.
    changes.push({ ...change, next: await good(change.path) });
  }
  // What goes may stand where a folder, or a file, of something that comes has to be.
  changes.sort((a, b) => Number(a.next !== undefined) - Number(b.next !== undefined));
  for (const change of changes)
    if (!(await writeChange(clone, change, objects))) kept.push(change.path);
  const merge = index === undefined ? ["read-tree", tip] : ["read-tree", "-i", "-m", index, tip];
  const merged = await runGit(merge, { gitDir });
  if (merged.exitCode !== 0) await gitText(["read-tree", tip], { gitDir });
  // Lost when a person moved the branch just now: then the next command projects.
  const swapped = await refs.swap(branch, tip, old);
  if (swapped) await endProjection(gitDir, [...others, tip]);
  return { current: true, kept };
}

async function isAncestor(clone: Clone, ancestor: Oid, tip: Oid): Promise<boolean> {
  if (containsShort(objectStore(clone), ancestor, tip) === true) return true;
  const { gitDir } = clone;
  const asked = await runGit(["merge-base", "--is-ancestor", ancestor, tip], { gitDir });
  return asked.exitCode === 0;
}

/** How many commits ahead of the branch the index may stand after a projection was cut off. */
const AHEAD_MAX = 64;

/**
 * The commit whose tree the index holds: where the branch is or, when a projection was cut off before
 * it moved the branch, one after it. undefined: a person has staged something of their own.
 */
async function indexedCommit(gitDir: string, old: Oid, tip: Oid): Promise<Oid | undefined> {
  const holds = async (commit: Oid): Promise<boolean> => {
    const differs = await runGit(["diff-index", "--cached", "--quiet", commit, "--"], { gitDir });
    return differs.exitCode !== 1;
  };
  if (await holds(old)) return old;
  const range = ["rev-list", "--first-parent", `--max-count=${AHEAD_MAX}`, tip, `^${old}`];
  const ahead = (await gitText(range, { gitDir })).split("\n").filter(isOid);
  for (const commit of ahead) if (await holds(commit)) return commit;
  return undefined;
}

interface PathChange {
  readonly path: string;
  readonly before: Oid | undefined;
  /** Whether git had put it there with the mode of a program, which no file of a mound has. */
  readonly executable: boolean;
}

const EXECUTABLE = "100755";

/** Also the paths at which a projection that was cut off may have written what has gone again since. */
async function changesOf(
  clone: Clone,
  old: Oid | undefined,
  tip: Oid,
  others: readonly Oid[],
): Promise<readonly PathChange[]> {
  const changes = new Map<string, PathChange>();
  for (const other of old === undefined ? [] : others) {
    const known = await runGit(["cat-file", "-e", other], { gitDir: clone.gitDir });
    if (known.exitCode !== 0) continue;
    for (const { path } of await changesBetween(clone, old, other))
      changes.set(path, { path, before: undefined, executable: false });
  }
  for (const change of await changesBetween(clone, old, tip)) changes.set(change.path, change);
  return [...changes.values()];
}

async function changesBetween(
  clone: Clone,
  old: Oid | undefined,
  tip: Oid,
): Promise<readonly PathChange[]> {
  const { gitDir } = clone;
  if (old === undefined) {
    const listed = await gitText(["ls-tree", "-r", "-z", "--name-only", tip], { gitDir });
    const paths = listed.split("\0").filter((path) => path !== "");
    return paths
      .filter(isLegalPath)
      .map((path) => ({ path, before: undefined, executable: false }));
  }
  // Seen from the tip: what is listed is what was there before.
  const short = diffShort(objectStore(clone), tip, old);
  if (short !== undefined)
    return short
      .filter(({ path }) => isLegalPath(path))
      .map(({ path, mode, oid }) => ({ path, before: oid, executable: mode === EXECUTABLE }));
  const raw = await gitText(
    ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, tip],
    { gitDir },
  );
  const fields = raw.split("\0");
  const changes: PathChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [mode, , before = ""] = fields[at]!.split(" ");
    const path = fields[at + 1]!;
    if (!isLegalPath(path)) continue;
    const known = isOid(before) && !/^0+$/.test(before);
    const executable = mode === `:${EXECUTABLE}`;
    changes.push({ path, before: known ? before : undefined, executable });
  }
  return changes;
}

/** Writes or removes one file, unless it holds something that git did not put there; says which. */
async function writeChange(
  { workTree: root, gitDir }: Pick<Clone, "workTree" | "gitDir">,
  change: PathChange & { next: Oid | undefined },
  objects: Objects,
): Promise<boolean> {
  const path = join(root, change.path);
  const present = await presentBlob(path);
  if (present === change.next) {
    if (change.executable && present !== undefined) await chmod(path, 0o644);
    return true;
  }
  // A folder in its place is no file: there is none to take away.
  if (present === "folder" && change.next === undefined) return true;
  if (present !== undefined && present !== change.before) {
    // Bytes that git has are nobody's unsaved work, but what an interrupted projection wrote.
    if (!isOid(present) || (await objects.read(present)) === undefined) return false;
  }
  if (await crossesLink(root, change.path)) return change.next === undefined;
  if (change.next === undefined) {
    await rm(path, { force: true });
    await removeEmpty(root, dirname(change.path));
    return true;
  }
  const object = await objects.read(change.next);
  if (object === undefined) return false;
  await mkdir(dirname(path), { recursive: true });
  await putInPlace(gitDir, path, object.bytes);
  return true;
}

/**
 * The blob that a file or a symbolic link would be, `folder`, `other` where the path is none of these,
 * undefined where nothing is.
 */
async function presentBlob(path: string): Promise<string | undefined> {
  try {
    const stat = await lstat(path);
    if (stat.isDirectory()) return "folder";
    if (!stat.isFile() && !stat.isSymbolicLink()) return "other";
    const bytes = stat.isFile() ? await readFile(path) : await readlink(path, "buffer");
    return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  } catch {
    return undefined;
  }
}

/** Whether a folder on the way is a symbolic link: then the file would land outside the work tree. */
async function crossesLink(root: string, path: string): Promise<boolean> {
  const parts = path.split("/").slice(0, -1);
  for (let count = 1; count <= parts.length; count++) {
    const stat = await lstat(join(root, ...parts.slice(0, count))).catch(() => undefined);
    if (stat !== undefined && !stat.isDirectory()) return true;
  }
  return false;
}

async function removeEmpty(root: string, folder: string): Promise<void> {
  for (let at = folder; at !== "."; at = dirname(at)) {
    try {
      await rmdir(join(root, at));
    } catch {
      return;
    }
  }
}

async function readHead(gitDir: string): Promise<string | undefined> {
  const text = await readFile(join(gitDir, "HEAD"), "utf8").catch(() => "");
  return /^ref: (.*)$/m.exec(text)?.[1];
}
