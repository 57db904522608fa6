import type { Refs } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";

/** Refs in memory: the comparison and the swap happen in one turn of the event loop. */
export function memoryRefs(refs: Map<string, Oid> = new Map()): Refs {
  return {
    async read(name) {
      return refs.get(name);
    },
    async swap(name, next, old) {
      if (refs.get(name) !== old) return false;
      refs.set(name, next);
      return true;
    },
  };
}
