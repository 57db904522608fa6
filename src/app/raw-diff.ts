/**
 * Two trees compared as they are stored, for a reader that must not be fooled: modes are given as the
 * tree has them (`git log` shows 100664 as 100644), and what git itself would never write is a fault.
 * Work and memory are bounded: it stops at the first change too many, and goes no deeper than a path may.
 */
import { fault, type Fault } from "../protocol/fault.ts";
import type { Oid } from "../protocol/ids.ts";
import { PATH_DEPTH } from "../protocol/limits.ts";
import {
  decodeTree,
  encodeName,
  FILE_MODE,
  FOLDER_MODE,
  isFolder,
  isPlainTree,
  type TreeEntry,
} from "../protocol/objects.ts";
import { canonicalMode, compareBytes, type TreeChange } from "./tree-diff.ts";

/** The contents of these trees, in order; rejects where one is missing or too large. */
export type ReadTrees = (trees: readonly Oid[]) => Promise<readonly Uint8Array[]>;

/** `flaw`: a tree that `after` brings is none that git writes. Modes are raw; a folder may stand for its files. */
export interface RawDiff {
  readonly changes: readonly TreeChange[];
  readonly flaw: Fault | undefined;
}

/** Folders read in one go: few enough that the largest ones fit in memory. */
const FOLDERS_AT_ONCE = 16;

interface Folder {
  /** Empty for the root, else without a slash at its end. */
  readonly path: string;
  readonly before: Oid | undefined;
  readonly after: Oid | undefined;
}

/**
 * The files at which `after` differs from `before`, in git's order; with more than `limit` of them, some
 * `limit` and one. A folder too deep for any path, or an empty one, is given as an entry itself.
 */
export async function diffRawTrees(
  read: ReadTrees,
  before: Oid | undefined,
  after: Oid,
  limit: number,
): Promise<RawDiff> {
  const changes: TreeChange[] = [];
  let level: readonly Folder[] = before === after ? [] : [{ path: "", before, after }];
  while (level.length > 0) {
    const below: Folder[] = [];
    for (let at = 0; at < level.length; at += FOLDERS_AT_ONCE) {
      const some = level.slice(at, at + FOLDERS_AT_ONCE);
      const content = await readAll(read, some);
      for (const folder of some) {
        const flaw = compare(folder, content, changes, below);
        if (flaw !== undefined) return { changes, flaw };
      }
      // Each folder that differs holds a change, or is one itself.
      const waiting = level.slice(at + FOLDERS_AT_ONCE);
      if (changes.length + below.length + waiting.length > limit) {
        const rest = [...below, ...waiting].map(asChange);
        return { changes: sorted([...changes, ...rest].slice(0, limit + 1)), flaw: undefined };
      }
    }
    level = below;
  }
  return { changes: sorted(changes), flaw: undefined };
}

async function readAll(
  read: ReadTrees,
  folders: readonly Folder[],
): Promise<ReadonlyMap<Oid, Uint8Array>> {
  const wanted = new Set(
    folders.flatMap(({ before, after }) => [before ?? [], after ?? []].flat()),
  );
  const oids = [...wanted];
  const contents = await read(oids);
  return new Map(oids.map((oid, at) => [oid, contents[at]!]));
}

function compare(
  { path: prefix, before, after }: Folder,
  content: ReadonlyMap<Oid, Uint8Array>,
  changes: TreeChange[],
  below: Folder[],
): Fault | undefined {
  const old = before === undefined ? [] : decodeTree(content.get(before)!);
  const now = after === undefined ? [] : decodeNew(content.get(after)!);
  if (typeof now === "string") return flawed(prefix, now);
  if (after !== undefined && now.length === 0 && prefix !== "")
    changes.push({ path: prefix, mode: FOLDER_MODE, oid: after });
  const was = new Map(old.map((entry) => [entry.name, entry]));
  const is = new Map(now.map((entry) => [entry.name, entry]));
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    compareEntry(path, was.get(name), is.get(name), changes, below);
  }
  return undefined;
}

function compareEntry(
  path: string,
  was: TreeEntry | undefined,
  is: TreeEntry | undefined,
  changes: TreeChange[],
  below: Folder[],
): void {
  if (was?.oid === is?.oid && was?.mode === is?.mode) return;
  const before = was !== undefined && isFolder(was.mode) ? was.oid : undefined;
  const after = is?.mode === FOLDER_MODE ? is.oid : undefined;
  const deep = after !== undefined && path.split("/").length > PATH_DEPTH;
  if (deep) changes.push({ path, mode: FOLDER_MODE, oid: after });
  else if (before !== after) below.push({ path, before, after });
  if (is !== undefined && after === undefined) {
    // A mode mended to what git showed all along is no change to any reader.
    if (was?.oid === is.oid && is.mode === canonicalMode(was.mode)) return;
    changes.push({ path, mode: is.mode, oid: is.oid });
  } else if (was !== undefined && before === undefined) {
    // Where a folder takes the place of a file, git lists the file as removed as well.
    changes.push({ path, mode: undefined, oid: undefined });
  }
}

/** The entries of a tree that is new here, or what is wrong with it. */
function decodeNew(bytes: Uint8Array): readonly TreeEntry[] | string {
  let entries: readonly TreeEntry[];
  try {
    entries = decodeTree(bytes);
  } catch {
    return "it cannot be read as a folder";
  }
  if (isPlainTree(entries)) return entries;
  // Odd modes are the judge's to refuse, file by file; order and names are what readers differ on.
  const modeless = entries.map((entry) => ({
    ...entry,
    mode: isFolder(entry.mode) ? FOLDER_MODE : FILE_MODE,
  }));
  if (isPlainTree(modeless)) return entries;
  const twice = new Set(entries.map(({ name }) => name)).size < entries.length;
  return twice ? "this folder has one name twice" : "this folder is not in the order of git";
}

function flawed(path: string, detail: string): Fault {
  return fault("PA6", { code: "path-illegal", path: path === "" ? "/" : path, detail });
}

function asChange({ path, after }: Folder): TreeChange {
  return { path, mode: after === undefined ? undefined : FOLDER_MODE, oid: after };
}

function sorted(changes: readonly TreeChange[]): readonly TreeChange[] {
  return changes.toSorted((a, b) => compareBytes(encodeName(a.path), encodeName(b.path)));
}
