import { defined } from "../base/assert.ts";
import type { Oid } from "../protocol/ids.ts";
import { decodeTree, encodeTree, type TreeEntry } from "../protocol/objects.ts";
import type { GitObject, Objects } from "./ports.ts";

/** Hashes and keeps an object that is yet to be written; answers its name. */
export type Keep = (type: GitObject["type"], bytes: Uint8Array) => Oid;

/** A path to set to a blob, or to remove. */
export interface TreeChange {
  readonly path: string;
  readonly oid: Oid | undefined;
}

/**
 * The tree that differs from `base` by these changes. Folders that become empty go. What the trees
 * hold elsewhere, refused bytes included, is carried over unread.
 */
export async function changeTree(
  base: Oid | undefined,
  changes: readonly TreeChange[],
  objects: Pick<Objects, "read">,
  keep: Keep,
): Promise<Oid> {
  const next = await rewrite(base, changes.map((change) => ({ names: change.path.split("/"), oid: change.oid })), objects, keep);
  return next ?? keep("tree", encodeTree([]));
}

interface Step {
  readonly names: readonly string[];
  readonly oid: Oid | undefined;
}

async function rewrite(base: Oid | undefined, steps: readonly Step[], objects: Pick<Objects, "read">, keep: Keep): Promise<Oid | undefined> {
  const entries = new Map<string, TreeEntry>();
  if (base !== undefined) {
    const object = defined(await objects.read(base), `the tree ${base}`);
    for (const entry of decodeTree(object.bytes)) entries.set(entry.name, entry);
  }
  const folders = new Map<string, Step[]>();
  for (const { names, oid } of steps) {
    const [name, ...rest] = names as [string, ...string[]];
    if (rest.length > 0) {
      folders.set(name, [...(folders.get(name) ?? []), { names: rest, oid }]);
    } else if (oid === undefined) {
      entries.delete(name);
    } else {
      entries.set(name, { mode: "100644", name, oid });
    }
  }
  for (const [name, inner] of folders) {
    const current = entries.get(name);
    const oid = await rewrite(current?.mode === "40000" ? current.oid : undefined, inner, objects, keep);
    if (oid === undefined) entries.delete(name);
    else entries.set(name, { mode: "40000", name, oid });
  }
  return entries.size === 0 ? undefined : keep("tree", encodeTree([...entries.values()]));
}
