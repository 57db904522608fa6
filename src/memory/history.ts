import { defined } from "../base/assert.ts";
import {
  HISTORY_CHANGES,
  HISTORY_CONTENTS,
  HISTORY_COMMIT_BYTES,
  type History,
  type RawChange,
  type RawCommit,
} from "../app/ports.ts";
import { diffTrees, type TreeChange } from "../app/tree-diff.ts";
import type { Oid } from "../protocol/ids.ts";
import { ancestry, linksOf, type ObjectMap } from "./graph.ts";

/** History over a map of objects, by walking trees. Throws where a commit is missing. */
export function memoryHistory(objects: ObjectMap): History {
  return {
    async *commits(from, to, maxBytes) {
      for (const oid of firstParents(objects, from, to)) yield rawCommit(objects, oid, maxBytes);
    },
    async contains(ancestor, tip) {
      return objects.has(tip) && firstParents(objects, undefined, tip).includes(ancestor);
    },
  };
}

/** Oldest first. All that `from` descends from is left out, as git does for a range. */
function firstParents(objects: ObjectMap, from: Oid | undefined, to: Oid): Oid[] {
  const known = from === undefined ? new Set<Oid>() : ancestry(objects, from);
  const line: Oid[] = [];
  let at: Oid | undefined = to;
  while (at !== undefined && !known.has(at)) {
    line.push(at);
    [at] = linksOf(objects, at).parents;
  }
  return line.toReversed();
}

function rawCommit(objects: ObjectMap, oid: Oid, maxBytes: number): RawCommit {
  const { bytes } = defined(objects.get(oid), `commit ${oid}`);
  const { tree, parents } = linksOf(objects, oid);
  const [parent] = parents;
  const before = parent === undefined ? undefined : linksOf(objects, parent).tree;
  const read = (folder: Oid): Uint8Array => defined(objects.get(folder), `tree ${folder}`).bytes;
  const changes = diffTrees(read, before, tree).slice(0, HISTORY_CHANGES);
  return {
    oid,
    bytes: bytes.subarray(0, HISTORY_COMMIT_BYTES),
    changes: changes.map((change) => {
      const modest = changes.length <= HISTORY_CONTENTS;
      return modest
        ? withContent(objects, change, maxBytes)
        : { ...change, size: 0, bytes: undefined };
    }),
  };
}

function withContent(objects: ObjectMap, change: TreeChange, maxBytes: number): RawChange {
  if (change.oid === undefined || change.mode?.startsWith("100") !== true)
    return { ...change, size: 0, bytes: undefined };
  const { bytes } = defined(objects.get(change.oid), `blob ${change.oid}`);
  return { ...change, size: bytes.length, bytes: bytes.length <= maxBytes ? bytes : undefined };
}
