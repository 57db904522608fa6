import type { Oid } from "./ids.ts";
import { decodeTree, encodeName, OID_BYTES } from "./objects.ts";

/** Where each entry of a tree object keeps the name of its object. */
export interface TreeLayout {
  readonly entries: ReadonlyMap<string, { readonly mode: string; readonly at: number }>;
}

/** The layout of a tree object; undefined where two entries share a name, so that none is meant. */
export function layoutOf(bytes: Uint8Array): TreeLayout | undefined {
  const entries = new Map<string, { mode: string; at: number }>();
  let end = 0;
  for (const { mode, name } of decodeTree(bytes)) {
    const at = end + mode.length + 1 + encodeName(name).length + 1;
    // A mode that is longer than it was decoded to be would shift all that follows.
    if (entries.has(name) || bytes[at - 1] !== 0) return undefined;
    entries.set(name, { mode, at });
    end = at + OID_BYTES;
  }
  return end === bytes.length ? { entries } : undefined;
}

/** The object that stands at a place of a layout. */
export function oidAt(bytes: Uint8Array, at: number): Oid {
  let text = "";
  for (let index = at; index < at + OID_BYTES; index += 1)
    text += (bytes[index] ?? 0).toString(16).padStart(2, "0");
  return text as Oid;
}

/** A copy of a tree object with other objects at some places; its layout is the same. */
export function patchTree(
  bytes: Uint8Array,
  patches: readonly { readonly at: number; readonly oid: Oid }[],
): Uint8Array {
  const next = bytes.slice();
  for (const { at, oid } of patches) {
    for (let index = 0; index < OID_BYTES; index += 1)
      next[at + index] = Number.parseInt(oid.slice(2 * index, 2 * index + 2), 16);
  }
  return next;
}
