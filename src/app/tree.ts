import { defined } from "../base/assert.ts";
import type { Oid } from "../protocol/ids.ts";
import {
  decodeTree,
  encodeTree,
  FILE_MODE,
  FOLDER_MODE,
  type TreeEntry,
} from "../protocol/objects.ts";
import type { GitObject, Objects } from "./ports.ts";

/** Hashes and keeps an object that is yet to be written; answers its name. */
export type Keep = (type: GitObject["type"], bytes: Uint8Array) => Oid;

/** A path to set to a blob, or to remove. */
export interface TreeChange {
  readonly path: string;
  readonly oid: Oid | undefined;
}

/** The tree after the changes; `regular` unless a file took the place of a folder, or a folder of a file. */
export interface ChangedTree {
  readonly tree: Oid;
  readonly regular: boolean;
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
): Promise<ChangedTree> {
  const work: Work = { objects, keep, regular: true };
  const steps = changes.map((change) => ({ names: change.path.split("/"), oid: change.oid }));
  const tree = (await rewrite(base, steps, work)) ?? keep("tree", encodeTree([]));
  return { tree, regular: work.regular };
}

interface Step {
  readonly names: readonly string[];
  readonly oid: Oid | undefined;
}

interface Work {
  readonly objects: Pick<Objects, "read">;
  readonly keep: Keep;
  regular: boolean;
}

async function rewrite(
  base: Oid | undefined,
  steps: readonly Step[],
  work: Work,
): Promise<Oid | undefined> {
  const entries = new Map<string, TreeEntry>();
  if (base !== undefined) {
    const object = defined(await work.objects.read(base), `the tree ${base}`);
    for (const entry of decodeTree(object.bytes)) entries.set(entry.name, entry);
  }
  const folders = new Map<string, Step[]>();
  for (const { names, oid } of steps) {
    const [name, ...rest] = names as [string, ...string[]];
    if (rest.length > 0) {
      folders.set(name, [...(folders.get(name) ?? []), { names: rest, oid }]);
      continue;
    }
    if (entries.get(name)?.mode === FOLDER_MODE) work.regular = false;
    if (oid === undefined) entries.delete(name);
    else entries.set(name, { mode: FILE_MODE, name, oid });
  }
  for (const [name, inner] of folders) {
    const current = entries.get(name);
    const folder = current?.mode === FOLDER_MODE ? current.oid : undefined;
    if (current !== undefined && folder === undefined) work.regular = false;
    const oid = await rewrite(folder, inner, work);
    if (oid === undefined) entries.delete(name);
    else entries.set(name, { mode: FOLDER_MODE, name, oid });
  }
  return entries.size === 0 ? undefined : work.keep("tree", encodeTree([...entries.values()]));
}
