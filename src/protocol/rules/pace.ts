import type { Overlay, View } from "../state.ts";
import type { PaceState } from "../todo-state.ts";

const MINUTE_MS = 60_000;
/** How far back the rate of claims is seen: long enough to be steady, short enough to fall after a rush. */
const MINUTES = 10;

/** Counts a claim at log time `time` (milliseconds). */
export function notePace(state: Overlay, time: number): void {
  const minute = Math.floor(time / MINUTE_MS);
  const claims = recent(state.get("pace"), minute);
  claims[MINUTES - 1]! += 1;
  state.set("pace", { minute, claims });
}

/** Claims a second, seen over the last ten minutes of log time. */
export function claimRate(view: View, now: number): number {
  const claims = recent(view.get("pace"), Math.floor(now / MINUTE_MS));
  return claims.reduce((sum, count) => sum + count, 0) / (MINUTES * 60);
}

/** The counts of the minutes up to this one, oldest first. */
function recent(pace: PaceState | undefined, minute: number): number[] {
  const passed = pace === undefined ? MINUTES : Math.max(0, minute - pace.minute);
  return Array.from({ length: MINUTES }, (_, at) => pace?.claims[at + passed] ?? 0);
}
