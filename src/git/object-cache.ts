import type { GitObject } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";

export interface ObjectCache {
  get(oid: Oid): GitObject | undefined;
  put(object: GitObject): void;
  clear(): void;
}

/** What a map entry, a name and a typed array cost besides the content. */
const OVERHEAD_BYTES = 200;
/** One object may take up this share of the cache, so that a large one does not empty it. */
const LARGEST_SHARE = 1 / 8;

/** The objects used last, up to `maxBytes` of them. Objects are immutable, so none goes stale. */
export function objectCache(maxBytes: number): ObjectCache {
  const entries = new Map<Oid, GitObject>();
  let held = 0;
  return {
    get(oid) {
      const object = entries.get(oid);
      if (object === undefined) return undefined;
      // A map keeps the order of insertion: the one used last goes to the end.
      entries.delete(oid);
      entries.set(oid, object);
      return object;
    },
    put(object) {
      const cost = object.bytes.length + OVERHEAD_BYTES;
      if (cost > maxBytes * LARGEST_SHARE || entries.has(object.oid)) return;
      entries.set(object.oid, object);
      held += cost;
      for (const [oid, oldest] of entries) {
        if (held <= maxBytes) break;
        entries.delete(oid);
        held -= oldest.bytes.length + OVERHEAD_BYTES;
      }
    },
    clear() {
      entries.clear();
      held = 0;
    },
  };
}
