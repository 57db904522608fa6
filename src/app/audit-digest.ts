import { digestOfShards, shardDigests, type Sha256 } from "../protocol/state-digest.ts";
import { shardOf } from "../protocol/shards.ts";
import type { Delta, Key } from "../protocol/state.ts";
import type { CachedState, StateCache } from "./ports.ts";
import type { ShardedState } from "./sharded-state.ts";

/** With more touched shards than this the whole state is as quickly read. */
const SHARDS_APART = 256;
/** Loads of more shards are not checked: that would cost more than judging the new commits does. */
const SHARDS_CHECKED = 64;

/** The digest of a state, of which only the shards that commits have touched are hashed anew. */
export class ShardDigests {
  readonly #sha256: Sha256;
  #digests: Map<string, string> | undefined;
  /** By shard, one of its keys. */
  readonly #touched = new Map<string, Key>();

  constructor(sha256: Sha256, kept?: readonly (readonly [string, string])[]) {
    this.#sha256 = sha256;
    this.#digests = kept === undefined ? undefined : new Map(kept);
  }

  touch(delta: Delta): void {
    // Of a state that was never hashed every shard is to be: nobody need note which.
    if (this.#digests === undefined) return;
    for (const key of delta.keys()) this.#touched.set(shardOf(key), key);
  }

  async digest(state: ShardedState): Promise<string> {
    const touched = new Set(this.#touched.keys());
    if (this.#digests === undefined || touched.size > SHARDS_APART) {
      await state.load("all");
      this.#digests = shardDigests(state.entries(), this.#sha256);
    } else if (touched.size > 0) {
      await state.load([...this.#touched.values()]);
      const fresh = shardDigests(state.entriesOf(touched), this.#sha256);
      for (const name of touched) {
        const digest = fresh.get(name);
        if (digest === undefined) this.#digests.delete(name);
        else this.#digests.set(name, digest);
      }
    }
    this.#touched.clear();
    return digestOfShards(this.#digests, this.#sha256);
  }

  keep(): readonly (readonly [string, string])[] {
    return [...(this.#digests ?? [])];
  }
}

/** The same cache, which rejects where the shards that are read are not those that were hashed. */
export function checkedCache(
  cache: StateCache,
  kept: readonly (readonly [string, string])[],
  sha256: Sha256,
): StateCache {
  const digests = new Map(kept);
  return {
    replace: (tip, entries) => cache.replace(tip, entries),
    append: (from, tip, delta) => cache.append(from, tip, delta),
    async open() {
      const opened = await cache.open();
      return opened === undefined ? undefined : checked(opened, digests, sha256);
    },
  };
}

function checked(
  state: CachedState,
  digests: ReadonlyMap<string, string>,
  sha256: Sha256,
): CachedState {
  const { tip } = state;
  return {
    get tip() {
      return state.tip;
    },
    async load(shards) {
      const entries = [...(await state.load(shards))];
      if (shards === undefined || shards.length > SHARDS_CHECKED || state.tip !== tip)
        return entries;
      const found = shardDigests(entries, sha256);
      for (const name of shards) {
        if (found.get(name) !== digests.get(name)) throw new Error(`the shard ${name} is damaged`);
      }
      return entries;
    },
    advance: () => state.advance(),
    close: () => state.close(),
  };
}
