import { shardOf } from "../protocol/shards.ts";
import type { CachedState, CachedStep, StateCache } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";

/** Whoever opens the cache reads all that was appended: beyond this a whole state is kept anew. */
const LOG_LINES_MAX = 1_000;

interface Base {
  readonly tip: Oid;
  readonly shards: ReadonlyMap<string, ReadonlyMap<Key, Value>>;
  readonly log: { readonly from: Oid; readonly tip: Oid; readonly delta: Delta }[];
}

/** A cache that the clones of one test share as processes share a folder. */
export function memoryStateCache(): StateCache {
  let base: Base | undefined;
  return {
    async open() {
      return base === undefined ? undefined : opened(base, () => base);
    },
    async replace(tip, whole) {
      base = { tip, shards: inShards(whole), log: [] };
    },
    async append(from, tip, delta) {
      if (base === undefined || base.log.length >= LOG_LINES_MAX) return false;
      base.log.push({ from, tip, delta: new Map(delta) });
      return true;
    },
  };
}

function opened(base: Base, current: () => Base | undefined): CachedState {
  /** What the log changed: it wins over the base. */
  const changes = new Map<string, Map<Key, Value | undefined>>();
  let { tip } = base;
  let read = 0;
  const follow = (): readonly CachedStep[] => {
    const steps: CachedStep[] = [];
    for (const line of base.log.slice(read)) {
      read += 1;
      if (line.from !== tip) continue;
      tip = line.tip;
      for (const [key, value] of line.delta) put(changes, key, value);
      steps.push(line);
    }
    return steps;
  };
  follow();
  return {
    get tip() {
      return tip;
    },
    async load(wanted = [...new Set([...base.shards.keys(), ...changes.keys()])]) {
      return wanted.flatMap((name) => {
        const entries = new Map<Key, Value | undefined>(base.shards.get(name));
        for (const [key, value] of changes.get(name) ?? []) entries.set(key, value);
        return [...entries].filter((entry): entry is [Key, Value] => entry[1] !== undefined);
      });
    },
    async advance() {
      return current() === base ? follow() : "replaced";
    },
    async close() {},
  };
}

function inShards(entries: Iterable<readonly [Key, Value]>): Map<string, Map<Key, Value>> {
  const shards = new Map<string, Map<Key, Value>>();
  for (const [key, value] of entries) put(shards, key, value);
  return shards;
}

function put<V>(shards: Map<string, Map<Key, V>>, key: Key, value: V): void {
  const name = shardOf(key);
  const shard = shards.get(name);
  if (shard === undefined) shards.set(name, new Map([[key, value]]));
  else shard.set(key, value);
}
