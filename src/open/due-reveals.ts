import { bidOf, phaseOf } from "../protocol/rules/auction.ts";
import type { View } from "../protocol/state.ts";
import type { KeptBid } from "./kept-bids.ts";

/** The bids of this clone that stand, are not revealed, and may be revealed at log time `now` (milliseconds). */
export function dueReveals(view: View, bids: readonly KeptBid[], now: number): readonly KeptBid[] {
  return bids.filter(({ task: id, agent, seal }) => {
    const task = view.get(`task/${id}`);
    if (task?.auction === undefined || task.cancelled !== undefined) return false;
    const bid = bidOf(view, task.id, agent);
    if (bid?.seal !== seal || bid.salt !== undefined) return false;
    return phaseOf(view, task, now).phase === "reveals";
  });
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
