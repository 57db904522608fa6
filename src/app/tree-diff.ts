import { defined } from "../base/assert.ts";
import {
  compareTreeEntries,
  decodeTree,
  encodeName,
  isFolder,
  type TreeEntry,
} from "../protocol/objects.ts";
import type { Oid } from "../protocol/ids.ts";

/** A path at which two trees differ, and what the newer one has there. */
export interface TreeChange {
  readonly path: string;
  /** undefined: removed. Modes as git shows them: see `canonicalMode`. */
  readonly mode: string | undefined;
  readonly oid: Oid | undefined;
}

/** The content of a tree object that is there; throws where it is not. */
export type ReadTree = (tree: Oid) => Uint8Array;

/**
 * The files at which `after` differs from `before` (undefined: the empty tree), in git's order. For
 * trees that git would write: of a name that stands twice, the last entry counts.
 */
export function diffTrees(
  read: ReadTree,
  before: Oid | undefined,
  after: Oid | undefined,
): TreeChange[] {
  return diff(read, before, after, byName);
}

function diff(
  read: ReadTree,
  before: Oid | undefined,
  after: Oid | undefined,
  pairs: Pairs,
): TreeChange[] {
  const changes: TreeChange[] = [];
  // Not by recursion: a stranger's folders may be nested deeper than the stack reaches.
  const folders: Pair[] = [{ prefix: "", before, after }];
  for (let pair = folders.pop(); pair !== undefined; pair = folders.pop())
    folders.push(...compare(read, pair, changes, pairs));
  return changes.toSorted((a, b) => compareBytes(encodeName(a.path), encodeName(b.path)));
}

/**
 * The same, of trees that must be waited for, and of any: where a name stands twice, or the order is not
 * git's, it lists what git does.
 */
export async function diffStoredTrees(
  read: (tree: Oid) => Promise<Uint8Array>,
  before: Oid | undefined,
  after: Oid | undefined,
): Promise<TreeChange[]> {
  const known = new Map<Oid, Uint8Array>();
  const load = async (tree: Oid | undefined): Promise<void> => {
    if (tree !== undefined && !known.has(tree)) known.set(tree, await read(tree));
  };
  const get: ReadTree = (tree) => defined(known.get(tree), `the tree ${tree}`);
  const folders: Pair[] = [{ prefix: "", before, after }];
  for (let pair = folders.pop(); pair !== undefined; pair = folders.pop()) {
    await load(pair.before);
    await load(pair.after);
    folders.push(...compare(get, pair, [], asGit));
  }
  return diff(get, before, after, asGit);
}

interface Pair {
  /** The path of the folder, with a slash at its end; empty for the root. */
  readonly prefix: string;
  readonly before: Oid | undefined;
  readonly after: Oid | undefined;
}

/** Adds the files of two folders that differ, and answers the folders in them that do. */
function compare(
  read: ReadTree,
  { prefix, before, after }: Pair,
  changes: TreeChange[],
  pairs: Pairs,
): readonly Pair[] {
  if (before === after) return [];
  const folders: Pair[] = [];
  for (const [was, is] of pairs(entriesOf(read, before), entriesOf(read, after))) {
    const path = prefix + (was ?? is)!.name;
    if (was?.oid === is?.oid && was?.mode === is?.mode) continue;
    const inner = { prefix: `${path}/`, before: folderOf(was), after: folderOf(is) };
    if (inner.before !== inner.after) folders.push(inner);
    const wasFile = fileOf(was);
    const isFile = fileOf(is);
    if (isFile === undefined) {
      // Where a folder takes the place of a file, git lists the file as removed as well.
      if (wasFile !== undefined) changes.push({ path, mode: undefined, oid: undefined });
    } else if (isFile.mode !== wasFile?.mode || isFile.oid !== wasFile.oid) {
      changes.push({ path, ...isFile });
    }
  }
  return folders;
}

function entriesOf(read: ReadTree, tree: Oid | undefined): readonly TreeEntry[] {
  return tree === undefined ? [] : decodeTree(read(tree));
}

/** Which entry of one folder is compared with which of another. */
type Pairs = (
  old: readonly TreeEntry[],
  now: readonly TreeEntry[],
) => readonly (readonly [TreeEntry | undefined, TreeEntry | undefined])[];

const byName: Pairs = (old, now) => {
  const was = new Map(old.map((entry) => [entry.name, entry]));
  const is = new Map(now.map((entry) => [entry.name, entry]));
  return [...new Set([...was.keys(), ...is.keys()])].map((name) => [was.get(name), is.get(name)]);
};

/** git walks both lists side by side, as they are stored. */
const asGit: Pairs = (old, now) => {
  const pairs: [TreeEntry | undefined, TreeEntry | undefined][] = [];
  for (let before = 0, after = 0; before < old.length || after < now.length;) {
    const was = old[before];
    const is = now[after];
    const order = was === undefined ? 1 : is === undefined ? -1 : compareTreeEntries(was, is);
    if (order <= 0) before += 1;
    if (order >= 0) after += 1;
    pairs.push([order <= 0 ? was : undefined, order >= 0 ? is : undefined]);
  }
  return pairs;
};

function folderOf(entry: TreeEntry | undefined): Oid | undefined {
  return entry !== undefined && isFolder(entry.mode) ? entry.oid : undefined;
}

function fileOf(
  entry: TreeEntry | undefined,
): { readonly mode: string; readonly oid: Oid } | undefined {
  if (entry === undefined || isFolder(entry.mode)) return undefined;
  return { mode: canonicalMode(entry.mode), oid: entry.oid };
}

/** git shows four kinds of file only, whatever permission bits a tree holds (`canon_mode`). */
export function canonicalMode(mode: string): string {
  const bits = Number.parseInt(mode, 8);
  const kind = bits & 0o170000;
  if (kind === 0o100000) return (bits & 0o100) === 0 ? "100644" : "100755";
  return kind === 0o120000 ? "120000" : "160000";
}

/** The order of git's paths: byte by byte. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
