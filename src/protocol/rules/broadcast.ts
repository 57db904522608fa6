/**
 * When a broadcast of what an agent can do, and how loaded it is, is worth a commit. What others choose by
 * is who can at all; its load they see from the claims that it holds, at every commit and for nothing. So
 * a load is written seldom: where it has become another sort of load, and not long after the last.
 */
import { isInDate } from "./able.ts";

/** A change of less than a quarter of the capacity sends nobody elsewhere. */
const LOAD_SHARE = 4;
/**
 * Six an hour at most from each worker, however short its tasks are: of a hundred workers that is less
 * than one commit in five seconds, on pushes that carry claims anyway.
 */
export const LOAD_EVERY_MS = 10 * 60_000;
/** In the last quarter of its time a broadcast is renewed: one of a week has two days for a push. */
const LAPSE_SHARE = 4;

/** What was said last. */
export interface Broadcast {
  readonly load: number;
  readonly capacity: number;
  /** Milliseconds: until when it holds, and when it was said. */
  readonly until: number | undefined;
  readonly at: number;
}

/** What is so. */
export interface Workload {
  readonly load: number;
  readonly capacity: number;
}

/** Whether it lapses soon and has not lapsed yet: what has is not brought back, for its time was over. */
export function isLapsing(said: Pick<Broadcast, "until" | "at">, now: number): boolean {
  const { until, at } = said;
  return until !== undefined && isInDate(said, now) && (until - now) * LAPSE_SHARE <= until - at;
}

/** Whether a worker that runs so much should say so; `atOnce`: it has just been started, or ends. */
export function isWorthSaying(
  said: Broadcast,
  real: Workload,
  now: number,
  atOnce: boolean,
): boolean {
  if (!isInDate(said, now)) return false;
  if (!atOnce && now - said.at < LOAD_EVERY_MS) return false;
  if (real.capacity !== said.capacity) return true;
  // Who does one thing at a time is busy when it holds a task, which the line says already.
  return real.capacity > 1 && isOtherSort(said, real);
}

function isOtherSort(said: Broadcast, { load, capacity }: Workload): boolean {
  return (
    (said.load === 0) !== (load === 0) ||
    said.load >= capacity !== load >= capacity ||
    Math.abs(said.load - load) * LOAD_SHARE >= capacity
  );
}
