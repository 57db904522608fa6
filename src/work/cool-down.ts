import type { TaskId } from "../protocol/ids.ts";
import type { LeftAlone } from "./desk.ts";
import type { LifeEnd } from "./life.ts";

/** A task that PROGRAM gave back is left alone for this long, and each time for twice as long. */
export const COOL_MIN_MS = 30_000;
const COOL_MAX_MS = 15 * 60_000;

/** The tasks that a worker leaves alone: for a while after it gave them back, for good where it failed. */
export class CoolDown {
  readonly #now: () => number;
  readonly #left = new Map<TaskId, { readonly until: number; readonly times: number }>();

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add({ task, outcome }: LifeEnd): void {
    if (outcome === "released") {
      const times = (this.#left.get(task.id)?.times ?? 0) + 1;
      const until = this.#now() + Math.min(COOL_MAX_MS, COOL_MIN_MS * 2 ** (times - 1));
      this.#left.set(task.id, { until, times });
    }
    // One agent's failures count once, however often it fails: only another can bring the task on.
    if (outcome === "failed" || outcome === "unsent")
      this.#left.set(task.id, { until: Number.POSITIVE_INFINITY, times: 0 });
  }

  /** Those that are left alone at the moment, with those that run. */
  leftAlone(running: Iterable<TaskId>): LeftAlone {
    const now = this.#now();
    const left = [...this.#left].filter(([, { until }]) => now < until);
    const ids = (good: boolean): readonly TaskId[] =>
      left.flatMap(([id, { until }]) => (Number.isFinite(until) === good ? [] : [id]));
    return { forNow: [...running, ...ids(false)], forGood: ids(true) };
  }

  /** Milliseconds until the next of them may be taken again; undefined where there is none. */
  next(): number | undefined {
    const waits = [...this.#left.values()]
      .map(({ until }) => until - this.#now())
      .filter((wait) => wait > 0 && Number.isFinite(wait));
    return waits.length === 0 ? undefined : Math.min(...waits);
  }
}
