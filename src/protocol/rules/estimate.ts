import type { ClaimState, Overlay, TaskState } from "../state.ts";
import { bidOf } from "./auction.ts";
import { prove } from "./trust/evidence.ts";

/** A quarter of a bad deed for each doubling, and no more than an attempt that was rejected. */
const QUARTERS_MAX = 4;

/**
 * [AU10] Who won by an ETA and needed twice as long or more has promised what it did not keep: or bids of one
 * minute would win every auction, and cost nothing. `time`: log time (milliseconds) of what was done.
 */
export function holdToEstimate(
  state: Overlay,
  task: TaskState,
  { agent, since }: ClaimState,
  time: number,
): void {
  const eta = bidOf(state, task.id, agent)?.eta;
  if (eta === undefined) return;
  let quarters = 0;
  for (let late = 2 * eta; late <= time - since && quarters < QUARTERS_MAX; late *= 2)
    quarters += 1;
  if (quarters > 0) prove(state, agent, quarters, time);
}
