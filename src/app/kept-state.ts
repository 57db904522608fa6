import type { Oid } from "../protocol/ids.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";
import type { CachedState, StateCache } from "./ports.ts";
import { ShardedState } from "./sharded-state.ts";

/** Every entry of the state at a commit, by folding; for a cache that cannot be read any more. */
type RebuildAt = (tip: Oid) => Promise<Iterable<readonly [Key, Value]>>;

/** The folded state in memory, and how far the cache on disk has it. */
export class KeptState {
  readonly #cache: StateCache;
  readonly #rebuild: RebuildAt;
  #state = new ShardedState(undefined);
  #cached: CachedState | undefined;
  #tip: Oid | undefined;
  #savedTip: Oid | undefined;
  readonly #unsaved = new Map<Key, Value | undefined>();

  constructor(cache: StateCache, rebuild: RebuildAt) {
    this.#cache = cache;
    this.#rebuild = rebuild;
  }

  get state(): ShardedState {
    return this.#state;
  }

  /** The newest commit that was folded; undefined: none. */
  get tip(): Oid | undefined {
    return this.#tip;
  }

  /** The newest commit that the cache has. */
  get savedTip(): Oid | undefined {
    return this.#savedTip;
  }

  /** Goes to what the cache has; with nothing kept, to the state before the first commit. */
  async open(): Promise<void> {
    await this.close();
    this.#cached = await this.#cache.open();
    const cached = this.#cached;
    this.#begin(
      new ShardedState(cached, async () => (cached === undefined ? [] : this.#rebuild(cached.tip))),
      cached?.tip,
    );
  }

  /** Goes back to the state before the first commit, and away from the cache. */
  async reset(): Promise<void> {
    await this.close();
    this.#begin(new ShardedState(undefined), undefined);
  }

  /** Applies what one commit changed. */
  take(tip: Oid, delta: Delta): void {
    this.#state.apply(delta);
    // Where nothing is kept yet all of it will be, and none of it need be told apart.
    if (this.#savedTip !== undefined)
      for (const [key, value] of delta) this.#unsaved.set(key, value);
    this.#tip = tip;
  }

  /** Takes in what others have put into the cache, as one delta; `replaced`: it is to be opened anew. */
  async advance(): Promise<Delta | "replaced" | undefined> {
    const advanced = await this.#cached?.advance();
    if (advanced === undefined || advanced === "replaced") return advanced;
    this.#state.apply(advanced.delta);
    this.#tip = advanced.tip;
    this.#savedTip = advanced.tip;
    this.#unsaved.clear();
    return advanced.delta;
  }

  /** Brings the cache to this state; false where it was there already. */
  async save(): Promise<boolean> {
    const tip = this.#tip;
    const from = this.#savedTip;
    if (tip === undefined || tip === from) return false;
    const kept = from !== undefined && (await this.#cache.append(from, tip, this.#unsaved));
    if (!kept) {
      await this.#state.load("all");
      await this.#cache.replace(tip, this.#state.entries());
      await this.close();
      this.#cached = await this.#cache.open();
    }
    this.#savedTip = tip;
    this.#unsaved.clear();
    return true;
  }

  /** Lets go of the cache's files. */
  async close(): Promise<void> {
    await this.#cached?.close();
    this.#cached = undefined;
  }

  #begin(state: ShardedState, tip: Oid | undefined): void {
    this.#state = state;
    this.#tip = tip;
    this.#savedTip = tip;
    this.#unsaved.clear();
  }
}
