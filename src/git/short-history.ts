/**
 * A few commits, read in process. A reader that is nearly up to date asks for one or two commits at a
 * time; the three processes of the general way then cost thirty times what the reading does. Only
 * loose objects are read, of plain commits and trees as git writes them: for all else the answer is
 * undefined, and git is asked, so that both ways always say the same.
 */
import { HISTORY_CONTENTS, type RawChange, type RawCommit } from "../app/ports.ts";
import { diffTrees, type TreeChange } from "../app/tree-diff.ts";
import type { Oid } from "../protocol/ids.ts";
import { decodeTree, isPlainTree } from "../protocol/objects.ts";
import { GitError } from "./fault.ts";
import { readLoose } from "./loose.ts";

/** Above it, one process for all of them is faster. */
const COMMITS_MAX = 64;
/** Above it, a process that reads them all is faster. */
const TREES_MAX = 256;
/** A commit or tree of this size is no mound's, and git reads it in bounded memory. */
const OBJECT_BYTES = 1024 * 1024;

/** The commits after `from` up to `to` along first parents, oldest first; undefined: ask git. */
export function readShort(
  gitDir: string,
  from: Oid,
  to: Oid,
  maxBytes: number,
): readonly RawCommit[] | undefined {
  return orUndefined(() => {
    const store = looseStore(gitDir);
    const line = firstParents(store, from, to);
    return line?.map((oid) => rawCommit(store, oid, maxBytes));
  });
}

/** True where `ancestor` is among the last commits of `tip` along first parents; undefined: ask git. */
export function containsShort(gitDir: string, ancestor: Oid, tip: Oid): true | undefined {
  const found = orUndefined(() => firstParents(looseStore(gitDir), ancestor, tip));
  return found === undefined ? undefined : true;
}

/**
 * The files at which the tree of `after` differs from that of `before`, a commit near it, as
 * `diffTrees` lists them; undefined: ask git.
 */
export function diffShort(
  gitDir: string,
  before: Oid,
  after: Oid,
): readonly TreeChange[] | undefined {
  return orUndefined(() => {
    const store = looseStore(gitDir);
    let trees = 0;
    const read = (folder: Oid): Uint8Array => {
      trees += 1;
      if (trees > TREES_MAX) throw new NotPlain();
      return store(folder, "tree", OBJECT_BYTES);
    };
    return diffTrees(read, linksOf(store, before).tree, linksOf(store, after).tree);
  });
}

/** Thrown and caught in this file alone: what was met is for git to read. */
class NotPlain extends Error {}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // git says what is damaged or too large, in the words of the general way.
    if (error instanceof NotPlain || error instanceof GitError) return undefined;
    throw error;
  }
}

type Store = (oid: Oid, type: "blob" | "tree" | "commit", maxBytes: number) => Uint8Array;

/** Reads each object once: the tree after one commit is the tree before the next. */
function looseStore(gitDir: string): Store {
  const known = new Map<Oid, Uint8Array>();
  return (oid, type, maxBytes) => {
    const before = known.get(oid);
    if (before !== undefined) return before;
    const object = readLoose(gitDir, oid, maxBytes);
    if (object?.type !== type) throw new NotPlain();
    if (type === "tree" && !isPlainTree(decodePlain(object.bytes))) throw new NotPlain();
    known.set(oid, object.bytes);
    return object.bytes;
  };
}

function decodePlain(bytes: Uint8Array): ReturnType<typeof decodeTree> {
  try {
    return decodeTree(bytes);
  } catch {
    throw new NotPlain();
  }
}

/** From the one after `from` to `to`; undefined where `from` is not near. */
function firstParents(store: Store, from: Oid, to: Oid): readonly Oid[] | undefined {
  const line: Oid[] = [];
  for (let at = to; at !== from;) {
    const { parent } = linksOf(store, at);
    line.push(at);
    if (parent === undefined || line.length > COMMITS_MAX) return undefined;
    at = parent;
  }
  return line.toReversed();
}

const LINKS = /^tree ([0-9a-f]{40})\n(?:parent ([0-9a-f]{40})\n)?(?:parent [0-9a-f]{40}\n)*author /;

function linksOf(store: Store, oid: Oid): { tree: Oid; parent: Oid | undefined } {
  const head = store(oid, "commit", OBJECT_BYTES).subarray(0, 4_096);
  const found = LINKS.exec(Buffer.from(head).toString("latin1"));
  if (found === null) throw new NotPlain();
  return { tree: found[1] as Oid, parent: found[2] as Oid | undefined };
}

function rawCommit(store: Store, oid: Oid, maxBytes: number): RawCommit {
  const bytes = store(oid, "commit", OBJECT_BYTES);
  const { tree, parent } = linksOf(store, oid);
  const before = parent === undefined ? undefined : linksOf(store, parent).tree;
  const changes = diffTrees((folder) => store(folder, "tree", OBJECT_BYTES), before, tree);
  if (changes.length > HISTORY_CONTENTS) throw new NotPlain();
  return { oid, bytes, changes: changes.map((change) => withContent(store, change, maxBytes)) };
}

function withContent(store: Store, change: TreeChange, maxBytes: number): RawChange {
  if (change.oid === undefined || change.mode?.startsWith("100") !== true) {
    return { ...change, size: 0, bytes: undefined };
  }
  const bytes = store(change.oid, "blob", maxBytes);
  return { ...change, size: bytes.length, bytes };
}
