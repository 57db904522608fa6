import { bidOf, phaseOf } from "../protocol/rules/auction.ts";
import type { TaskState, View } from "../protocol/state.ts";
import type { KeptBid } from "./kept-bids.ts";

/** The bids of this clone that stand, are not revealed, and may be revealed at log time `now` (milliseconds). */
export function dueReveals(view: View, bids: readonly KeptBid[], now: number): readonly KeptBid[] {
  return bids.filter((bid) => {
    const task = sealedTask(view, bid);
    return task !== undefined && phaseOf(view, task, now).phase === "reveals";
  });
}

/**
 * Milliseconds from log time `now` until the first of those that stand and are not revealed may be: 0 where
 * one may be already, undefined where none will ever be.
 */
export function untilReveals(
  view: View,
  bids: readonly KeptBid[],
  now: number,
): number | undefined {
  const waits = bids.flatMap((bid) => {
    const task = sealedTask(view, bid);
    if (task === undefined) return [];
    const phase = phaseOf(view, task, now);
    if (phase.phase === "bids") return [phase.until - now];
    return phase.phase === "reveals" ? [0] : [];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** Those that will never be revealed any more, or are already: what they seal may be forgotten. */
export function spentBids(view: View, bids: readonly KeptBid[], now: number): readonly KeptBid[] {
  return bids.filter(({ task: id, agent, seal }) => {
    const task = view.get(`task/${id}`);
    if (task?.auction === undefined || task.cancelled !== undefined) return true;
    const bid = bidOf(view, task.id, agent);
    if (bid?.seal === seal && bid.salt !== undefined) return true;
    // While bids count, one that is not there yet may be on its way.
    return now >= task.auction.revealsUntil;
  });
}

/** The task of a bid that stands and is still sealed. */
function sealedTask(view: View, { task: id, agent, seal }: KeptBid): TaskState | undefined {
  const task = view.get(`task/${id}`);
  if (task?.auction === undefined || task.cancelled !== undefined) return undefined;
  const bid = bidOf(view, task.id, agent);
  return bid?.seal === seal && bid.salt === undefined ? task : undefined;
}
