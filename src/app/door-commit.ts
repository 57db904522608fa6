import { parseCommit, type ParsedCommit } from "../protocol/commit.ts";
import { fault, type Fault } from "../protocol/fault.ts";
import type { Oid } from "../protocol/ids.ts";
import { IMPORT_PATHS, RECORD_BYTES } from "../protocol/limits.ts";
import { FILE_MODE } from "../protocol/objects.ts";
import { isFurniture } from "../protocol/paths.ts";
import { HISTORY_COMMIT_BYTES, type RawChange, type RawCommit } from "./ports.ts";
import { diffRawTrees } from "./raw-diff.ts";
import type { TreeChange } from "./tree-diff.ts";

/** An object of a repository that is being pushed to; `bytes` is undefined over the limit asked for. */
export interface DoorObject {
  readonly type: string;
  readonly size: number;
  readonly bytes: Uint8Array | undefined;
}

/** The objects of a push, and those that were there. Whatever is absent or damaged rejects. */
export interface DoorObjects {
  /** In order. What has more than `maxBytes` of content comes without it, and is not inflated. */
  read(oids: readonly Oid[], maxBytes: number): Promise<readonly DoorObject[]>;
  /** The commits after `old` (undefined: from the first) to `next` along first parents, oldest first. */
  lineage(old: Oid | undefined, next: Oid): Promise<readonly Oid[] | undefined>;
  close(): void;
}

/** A folder of ten thousand entries takes 700 KB; ten times as many are an attack, and still counted. */
export const TREE_BYTES = 8 * 1024 * 1024;
/** An audit as one file has 900 KB, all else is a few; readers never look into it. */
const FURNITURE_BYTES = 4 * 1024 * 1024;

export interface DoorCommit {
  readonly raw: RawCommit;
  /** undefined where it is none that Mound accepts. */
  readonly commit: ParsedCommit | undefined;
  /** A tree that no two readers need agree on: what is changed is not known, so that nothing is judged. */
  readonly flaw: Fault | undefined;
  /** What may be legal, and still is not taken. */
  readonly excess: Fault | undefined;
}

/** A commit as the judge is told of it, its modes as the trees have them. */
export async function readCommit(
  objects: DoorObjects,
  oid: Oid,
  parent: Oid | undefined,
): Promise<DoorCommit> {
  const bytes = await commitBytes(objects, oid);
  const commit = parseCommit(bytes);
  // Without one parent it is refused by its looks, and nothing more of it is read.
  if (commit === undefined || commit.parents.length > 1)
    return { raw: { oid, bytes, changes: [] }, commit, flaw: undefined, excess: undefined };
  const before = parent === undefined ? undefined : await treeOf(objects, parent);
  const read = (trees: readonly Oid[]): Promise<readonly Uint8Array[]> => readTrees(objects, trees);
  const { changes, flaw } = await diffRawTrees(read, before, commit.tree, IMPORT_PATHS);
  const filled = await fill(objects, changes);
  return { raw: { oid, bytes, changes: filled }, commit, flaw, excess: oversized(filled) };
}

/** A longer commit is refused as one that cannot be read at all. */
const CUT_BYTES = 16 * 1024 * 1024;

/** Cut where every reader cuts it, so that all of them say the same of it. */
async function commitBytes(objects: DoorObjects, oid: Oid): Promise<Uint8Array> {
  const [found] = await objects.read([oid], HISTORY_COMMIT_BYTES);
  if (found?.type !== "commit") throw new Error(`${oid} is not a commit`);
  if (found.bytes !== undefined) return found.bytes;
  const [whole] = await objects.read([oid], CUT_BYTES);
  return whole?.bytes?.subarray(0, HISTORY_COMMIT_BYTES) ?? new Uint8Array(0);
}

const TREE = /^tree ([0-9a-f]{40})\n/;

/** Of a commit that may be none that the judge takes: its history is not what is judged here. */
async function treeOf(objects: DoorObjects, oid: Oid): Promise<Oid> {
  const bytes = await commitBytes(objects, oid);
  const tree = TREE.exec(Buffer.from(bytes.subarray(0, 64)).toString("latin1"))?.[1];
  if (tree === undefined) throw new Error(`the commit ${oid} cannot be read`);
  return tree as Oid;
}

async function readTrees(
  objects: DoorObjects,
  trees: readonly Oid[],
): Promise<readonly Uint8Array[]> {
  const found = await objects.read(trees, TREE_BYTES);
  return found.map(({ type, size, bytes }, at) => {
    if (type !== "tree") throw new Error(`${trees[at]} is a ${type} where a folder should be`);
    if (bytes === undefined) throw new Error(`the folder ${trees[at]} has ${size} bytes`);
    return bytes;
  });
}

async function fill(
  objects: DoorObjects,
  changes: readonly TreeChange[],
): Promise<readonly RawChange[]> {
  const empty = (change: TreeChange): RawChange => ({ ...change, size: 0, bytes: undefined });
  // More than may change is refused by its number, whatever it holds.
  if (changes.length > IMPORT_PATHS) return changes.map(empty);
  const wanted = [
    ...new Set(changes.flatMap(({ mode, oid }) => (mode === FILE_MODE ? [oid!] : []))),
  ];
  const found = await objects.read(wanted, RECORD_BYTES);
  const blobs = new Map(wanted.map((oid, at) => [oid, found[at]!]));
  return changes.map((change) => {
    if (change.mode !== FILE_MODE) return empty(change);
    const { type, size, bytes } = blobs.get(change.oid!)!;
    if (type !== "blob") throw new Error(`${change.oid} is a ${type} where a file should be`);
    return { ...change, size, bytes };
  });
}

/** The judge limits records; what carries no signature of its own is limited here. */
function oversized(changes: readonly RawChange[]): Fault | undefined {
  const found = changes.find(({ path, size }) => isFurniture(path) && size > FURNITURE_BYTES);
  if (found === undefined) return undefined;
  const detail = `it has ${found.size} bytes, and at most ${FURNITURE_BYTES} are taken`;
  return fault("RE1", { code: "path-illegal", path: found.path, detail });
}
