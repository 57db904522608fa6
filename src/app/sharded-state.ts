import {
  NeedKeys,
  type Delta,
  type Entries,
  showTodo,
  type Key,
  type ShowTodo,
  type Value,
  type View,
} from "../protocol/state.ts";
import { keysAcross, shardOf } from "../protocol/shards.ts";
import type { CachedState } from "./ports.ts";

/** Answers every entry of a cache that cannot be read any more. */
export type Rebuild = () => Promise<Iterable<readonly [Key, Value]>>;

/** A state of which the shards that were asked for are in memory; see `NeedKeys`. */
export class ShardedState implements View {
  /** By family (`task`, `nonce`, ...), so that listing tasks does not walk every nonce; see `#family`. */
  readonly #families = new Map<number, Map<Key, Value | undefined>>();
  readonly #loaded = new Set<string>();
  readonly #source: CachedState | undefined;
  readonly #rebuild: Rebuild;
  #all: boolean;
  /** Lists of keys of which every shard is loaded. */
  readonly #lists = new Set<readonly Key[]>();

  /** `rebuild`: every entry of the source, by other means, where it turns out to be damaged. */
  constructor(source: CachedState | undefined, rebuild: Rebuild = async () => []) {
    this.#source = source;
    this.#rebuild = rebuild;
    this.#all = source === undefined;
  }

  get<K extends Key>(key: K): Entries[K] | undefined {
    const family = this.#family(key);
    if (family.has(key)) return family.get(key) as Entries[K] | undefined;
    if (!this.#all && !this.#loaded.has(shardOf(key))) throw new NeedKeys([key]);
    return undefined;
  }

  keys(prefix: string): readonly Key[] {
    this.#need(prefix);
    const found: Key[] = [];
    for (const [key, value] of this.#family(prefix)) {
      if (value !== undefined && key.startsWith(prefix)) found.push(key);
    }
    return found.toSorted();
  }

  eachTodo(show: ShowTodo): void {
    this.#need("todo/");
    showTodo(this.#family("todo/"), show);
  }

  apply(delta: Delta): void {
    // A removed key stays as undefined, so that a shard loaded later does not bring it back.
    for (const [key, value] of delta) this.#family(key).set(key, value);
  }

  /** Loads what a `NeedKeys` asked for; what was changed in memory meanwhile stays. */
  async load(wanted: readonly Key[] | "all"): Promise<void> {
    if (this.#all || this.#source === undefined) return;
    let shards =
      wanted === "all"
        ? undefined
        : [...new Set(wanted.map(shardOf))].filter((name) => !this.#loaded.has(name));
    let entries: Iterable<readonly [Key, Value]>;
    try {
      entries = await this.#source.load(shards);
    } catch {
      entries = await this.#rebuild();
      shards = undefined;
    }
    for (const [key, value] of entries) {
      const family = this.#family(key);
      if (!family.has(key)) family.set(key, value);
    }
    if (shards === undefined) this.#all = true;
    else if (wanted.length > 1) this.#lists.add(wanted as readonly Key[]);
    for (const name of shards ?? []) this.#loaded.add(name);
  }

  /** Every entry; everything must have been loaded. */
  *entries(): Iterable<readonly [Key, Value]> {
    if (!this.#all) throw new NeedKeys("all");
    for (const family of this.#families.values()) {
      for (const [key, value] of family) if (value !== undefined) yield [key, value];
    }
  }

  /** Every entry of these shards, which must have been loaded. */
  *entriesOf(shards: ReadonlySet<string>): Iterable<readonly [Key, Value]> {
    for (const family of this.#families.values()) {
      for (const [key, value] of family)
        if (value !== undefined && shards.has(shardOf(key))) yield [key, value];
    }
  }

  /** Throws unless every shard in which a key with this prefix may lie is loaded. */
  #need(prefix: string): void {
    if (this.#all) return;
    const across = keysAcross(prefix);
    if (across === undefined) throw new NeedKeys("all");
    if (across.length === 1 ? this.#loaded.has(shardOf(across[0]!)) : this.#lists.has(across))
      return;
    throw new NeedKeys(across);
  }

  /** By the first two characters: cutting a name out of every key that is read was seen in profiles. */
  #family(key: string): Map<Key, Value | undefined> {
    const name = key.charCodeAt(0) * 256 + key.charCodeAt(1);
    let family = this.#families.get(name);
    if (family === undefined) {
      family = new Map();
      this.#families.set(name, family);
    }
    return family;
  }
}

/** A reader that begins anew this often is after the whole state: an import of tasks asks every shard. */
const TRIES_IN_SHARDS = 24;

/** Runs a pure reader on the state, loading what it asks for until it has all it needs. */
export async function withKeys<T>(state: ShardedState, read: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof NeedKeys)) throw error;
      await state.load(tries < TRIES_IN_SHARDS ? error.wanted : "all");
    }
  }
}
