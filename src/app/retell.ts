/** A replay that tells what happened on the way: the events of commits and of time, in one order. */
import type { Result } from "../base/result.ts";
import type { View } from "../protocol/state.ts";
import type { MoundEvent } from "../protocol/views/event.ts";
import { Agenda } from "./agenda.ts";
import { EventOrder, stepOf } from "./event-order.ts";
import type { Folded } from "./line.ts";
import { type BeforeTheLine, replay, type ReplayOptions, type ReplayPoint } from "./replay.ts";

export interface RetellOptions extends Omit<ReplayOptions, "from" | "observe"> {
  /** Milliseconds: what time has made up to here is told too; up to the point itself unless said. */
  readonly until?: number;
  /** Is shown every commit on the state before it, and then given its events. */
  readonly see: (before: View, folded: Folded) => void;
  readonly take: (events: readonly MoundEvent[]) => void;
}

/** Folds from the first commit. */
export async function retell({
  see,
  take,
  until = 0,
  ...options
}: RetellOptions): Promise<Result<ReplayPoint, BeforeTheLine>> {
  const order = new EventOrder(undefined, 0, new Agenda([], 0));
  const reached = await replay({
    ...options,
    observe: (before, folded) => {
      const step = stepOf(before, folded);
      see(before, folded);
      return () => {
        for (const { events } of order.take(step)) take(events);
      };
    },
  });
  if (!reached.ok) return reached;
  for (const { events } of order.pass(Math.max(until, reached.value.time))) take(events);
  return reached;
}
