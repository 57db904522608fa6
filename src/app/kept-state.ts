import type { Oid } from "../protocol/ids.ts";
import type { Delta, Key, Value } from "../protocol/state.ts";
import type { CachedState, CachedStep, StateCache } from "./ports.ts";
import { ShardedState } from "./sharded-state.ts";

/** Every entry of the state at a commit, by folding; for a cache that cannot be read any more. */
type RebuildAt = (tip: Oid) => Promise<Iterable<readonly [Key, Value]>>;

/** So many commits are remembered one by one, to find the cache's place among them. */
const TAKEN_MAX = 256;

/** The folded state in memory, and how far the cache on disk has it. */
export class KeptState {
  readonly #cache: StateCache;
  readonly #rebuild: RebuildAt;
  #state = new ShardedState(undefined);
  #cached: CachedState | undefined;
  #tip: Oid | undefined;
  #savedTip: Oid | undefined;
  #unsaved = new Map<Key, Value | undefined>();
  /** What was folded here since the place up to which the cache has been read. */
  #taken: CachedStep[] = [];

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
    this.#taken.push({ tip, delta });
    if (this.#taken.length > TAKEN_MAX) this.#taken.shift();
    this.#tip = tip;
  }

  /**
   * Takes in what others have put into the cache, as one delta; `replaced`: it is to be opened anew. Of two
   * processes that append from one commit the cache keeps what came first, so that it may be behind this state,
   * which must not go back: a reader between two steps of a fold would see a bit of both.
   */
  async advance(): Promise<Delta | "replaced" | undefined> {
    const cached = this.#cached;
    if (cached === undefined) return undefined;
    const before = cached.tip;
    const steps = await cached.advance();
    if (steps === "replaced") return steps;
    const end = steps.at(-1)?.tip;
    if (end === undefined) return undefined;
    const at = [before, ...steps.map(({ tip }) => tip)].indexOf(this.#tip!);
    const own = this.#taken.findIndex(({ tip }) => tip === end);
    // It leads past this state, or aside: which of both is not seen from here.
    if (at < 0 && own < 0) return "replaced";
    this.#taken = at < 0 ? this.#taken.slice(own + 1) : [];
    this.#savedTip = end;
    this.#unsaved = merged(this.#taken);
    if (at < 0) return undefined;
    const delta = merged(steps.slice(at));
    this.#state.apply(delta);
    this.#tip = end;
    return delta.size === 0 ? undefined : delta;
  }

  /** Brings the cache to this state; false where it was there already. */
  async save(): Promise<boolean> {
    const from = this.#savedTip;
    let tip = this.#tip;
    if (tip === undefined || tip === from) return false;
    const kept =
      from !== undefined && (await this.#cache.append(from, tip, new Map(this.#unsaved)));
    if (!kept) {
      await this.#state.load("all");
      // What was folded while it was loaded is in it.
      tip = this.#tip!;
      await this.#cache.replace(tip, [...this.#state.entries()]);
      await this.close();
      this.#cached = await this.#cache.open();
    }
    this.#saved(tip);
    return true;
  }

  /** What was folded while it was written is still to be kept. */
  #saved(tip: Oid): void {
    const at = this.#taken.findIndex((step) => step.tip === tip);
    // What others have kept, and this state has taken in meanwhile, leads past it.
    if (at < 0 && tip !== this.#tip) return;
    const rest = at < 0 ? [] : this.#taken.slice(at + 1);
    this.#savedTip = tip;
    this.#unsaved = merged(rest);
    if (this.#cached?.tip === tip) this.#taken = rest;
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
    this.#unsaved = new Map();
    this.#taken = [];
  }
}

function merged(steps: readonly CachedStep[]): Map<Key, Value | undefined> {
  return new Map(steps.flatMap(({ delta }) => [...delta]));
}
