import { digestOfShards, shardText, type Sha256 } from "../protocol/state-digest.ts";
import { shardOf } from "../protocol/shards.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";

/** The digest of a state that changes: after a commit only the shards that it touched are hashed anew. */
export class RunningDigest {
  readonly #sha256: Sha256;
  readonly #shards = new Map<string, Map<Key, Value>>();
  readonly #digests = new Map<string, string>();
  readonly #touched = new Set<string>();

  /** `entries`: the state to begin with; that before the first commit unless said. */
  constructor(sha256: Sha256, entries: Iterable<readonly [Key, Value]> = []) {
    this.#sha256 = sha256;
    for (const [key, value] of entries) this.#set(key, value);
  }

  apply(delta: Delta): void {
    for (const [key, value] of delta) this.#set(key, value);
  }

  /** As `stateDigest` gives it. */
  digest(): string {
    for (const name of this.#touched) {
      const shard = this.#shards.get(name);
      if (shard === undefined || shard.size === 0) this.#digests.delete(name);
      else this.#digests.set(name, this.#sha256(shardText(shard)));
    }
    this.#touched.clear();
    return digestOfShards(this.#digests, this.#sha256);
  }

  #set(key: Key, value: Value | undefined): void {
    const name = shardOf(key);
    this.#touched.add(name);
    let shard = this.#shards.get(name);
    if (shard === undefined) {
      shard = new Map();
      this.#shards.set(name, shard);
    }
    if (value === undefined) shard.delete(key);
    else shard.set(key, value);
  }
}
