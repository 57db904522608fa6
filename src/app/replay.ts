/** The state as it was: folded anew in memory, up to a commit or to a moment of log time. */
import { err, ok, type Result } from "../base/result.ts";
import type { Oid } from "../protocol/ids.ts";
import { judge } from "../protocol/judge.ts";
import { MemoryState, Overlay } from "../protocol/state.ts";
import type { Folded, LinePorts, Observer } from "./line.ts";
import type { CachedState } from "./ports.ts";
import { verifiedCommits } from "./verified.ts";

export type ReplayPorts = Pick<LinePorts, "history" | "verifier" | "cache">;

export interface ReplayPoint {
  /** The newest commit that the state has. */
  readonly commit: Oid;
  /** Its place on the line, counted from 1. */
  readonly number: number;
  /** Milliseconds: the log time at which leases are judged; the moment that was asked for, if one was. */
  readonly time: number;
  readonly state: MemoryState;
}

/** After a commit of the line, or at a moment: after the last commit that is not dated later. */
export type Wanted = { readonly commit: Oid } | { readonly time: number };

export interface ReplayOptions {
  readonly ports: ReplayPorts;
  /** The verified tip: nothing after it is looked at. */
  readonly tip: Oid;
  readonly wanted: Wanted;
  /** Where to go on from, if it does not lie after what is wanted; its state is left as it is. */
  readonly from?: ReplayPoint;
  /** Is shown every commit from the first; then no kept state is used. */
  readonly observe?: Observer;
  /** Told now and then how many commits are folded. */
  readonly progress?: (commits: number) => void;
}

/** Nothing was on the line at that moment; `first`: the time of its first commit. Milliseconds. */
export interface BeforeTheLine {
  readonly code: "before-the-line";
  readonly time: number;
  readonly first: number;
}

/** Commits between two reports of progress. */
const PROGRESS_COMMITS = 512;

/** Folds from the first commit, or from the nearest state that is kept. */
export async function replay(options: ReplayOptions): Promise<Result<ReplayPoint, BeforeTheLine>> {
  const { ports, tip, wanted, observe, progress } = options;
  const base = await baseOf(options);
  const folding = new Folding(base, "time" in wanted ? wanted.time : undefined, observe);
  const to = "commit" in wanted ? wanted.commit : tip;
  let folded = 0;
  if (base?.get("line")?.tip !== to) {
    fold: for await (const window of verifiedCommits(ports, base?.get("line")?.tip, to)) {
      for (const facts of window) {
        if (!folding.take(facts)) break fold;
        folded += 1;
        if (folded % PROGRESS_COMMITS === 0) progress?.(folded);
      }
    }
  }
  const { state } = folding;
  const line = state.get("line");
  if (line === undefined || state.get("mound") === undefined) {
    const time = "time" in wanted ? wanted.time : 0;
    return err({ code: "before-the-line", time, first: folding.first ?? 0 });
  }
  const time = "time" in wanted ? wanted.time : line.time;
  return ok({ commit: line.tip, number: line.commits, time, state });
}

/** A state of its own to fold on: a copy of the point given, or what the cache has. */
async function baseOf({ ports, wanted, from, observe }: ReplayOptions) {
  if (from !== undefined) return new MemoryState(from.state.entries());
  if (observe !== undefined) return undefined;
  const cached = await ports.cache.open();
  if (cached === undefined) return undefined;
  try {
    if (!(await mayServe(cached, wanted, ports))) return undefined;
    return new MemoryState(await cached.load());
  } catch {
    // A cache is only ever a shortcut, and this one is damaged.
    return undefined;
  } finally {
    await cached.close();
  }
}

async function mayServe(
  cached: CachedState,
  wanted: Wanted,
  { history }: ReplayPorts,
): Promise<boolean> {
  if ("commit" in wanted) return history.contains(cached.tip, wanted.commit);
  const root = new MemoryState(await cached.load(["root"]));
  const line = root.get("line");
  // Refused commits at its end may be dated later than what is wanted.
  return line !== undefined && line.accepted === line.tip && line.time <= wanted.time;
}

/** Folds up to a moment. A refused commit proves no time, so that it waits for an accepted one. */
class Folding {
  readonly state: MemoryState;
  /** When the first accepted commit was made, in milliseconds. */
  first: number | undefined;
  readonly #until: number;
  readonly #observe: Observer | undefined;
  /** Refused commits that are dated later than the moment, if nothing follows that is not. */
  #ahead: { readonly state: Overlay; readonly took: (() => void)[] } | undefined;

  constructor(base: MemoryState | undefined, until: number | undefined, observe?: Observer) {
    this.state = base ?? new MemoryState();
    this.#until = until ?? Number.POSITIVE_INFINITY;
    this.#observe = observe;
  }

  /** False: the commit lies after the moment, and so does all that follows. */
  take(facts: Folded["facts"]): boolean {
    const before = this.#ahead?.state ?? this.state;
    const verdict = judge(before, facts);
    if (verdict.accepted) {
      this.first ??= verdict.time;
      if (verdict.time > this.#until) return false;
    }
    const took = this.#observe?.(before, { facts, verdict });
    if (!verdict.accepted && (this.#ahead !== undefined || verdict.time > this.#until)) {
      this.#ahead ??= { state: new Overlay(this.state), took: [] };
      this.#ahead.state.apply(verdict.delta);
      if (took !== undefined) this.#ahead.took.push(took);
      return true;
    }
    this.#catchUp();
    this.state.apply(verdict.delta);
    took?.();
    return true;
  }

  #catchUp(): void {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead === undefined) return;
    this.state.apply(ahead.state.delta);
    for (const take of ahead.took) take();
  }
}
