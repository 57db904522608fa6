import { shardOf } from "../app/sharded-state.ts";
import type { CachedState, StateCache } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";

/** A cache that the clones of one test share as processes share a folder. */
export function memoryStateCache(): StateCache {
  const entries = new Map<Key, Value>();
  const log: { readonly from: Oid; readonly tip: Oid; readonly delta: Delta }[] = [];
  let generation = 0;
  let tip: Oid | undefined;
  return {
    async open() {
      return tip === undefined ? undefined : opened(new Map(entries), tip, log, () => generation);
    },
    async replace(next, whole) {
      const kept = [...whole];
      entries.clear();
      for (const [key, value] of kept) entries.set(key, value);
      log.length = 0;
      tip = next;
      generation += 1;
    },
    async append(from, next, delta) {
      if (tip === undefined) return false;
      log.push({ from, tip: next, delta: new Map(delta) });
      return true;
    },
  };
}

function opened(
  entries: Map<Key, Value>,
  base: Oid,
  log: readonly { readonly from: Oid; readonly tip: Oid; readonly delta: Delta }[],
  generation: () => number,
): CachedState {
  const born = generation();
  let tip = base;
  let read = 0;
  const follow = (): Map<Key, Value | undefined> => {
    const changed = new Map<Key, Value | undefined>();
    for (const line of log.slice(read)) {
      read += 1;
      if (line.from !== tip) continue;
      tip = line.tip;
      for (const [key, value] of line.delta) {
        changed.set(key, value);
        if (value === undefined) entries.delete(key);
        else entries.set(key, value);
      }
    }
    return changed;
  };
  follow();
  return {
    get tip() {
      return tip;
    },
    async load(shards) {
      const wanted = shards === undefined ? undefined : new Set(shards);
      return [...entries].filter(([key]) => wanted === undefined || wanted.has(shardOf(key)));
    },
    async advance() {
      if (generation() !== born) return "replaced";
      const delta = follow();
      return delta.size === 0 ? undefined : { tip, delta };
    },
    async close() {},
  };
}
