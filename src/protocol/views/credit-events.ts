/** What commits tell of credits: all that the ledger moved, in order, whichever rule moved it. */
import { movesSince } from "../rules/ledger.ts";
import type { View } from "../state.ts";
import { aboutTask, type MoundEvent } from "./event.ts";

type Told = Pick<
  MoundEvent,
  "type" | "task" | "title" | "needs" | "priority" | "agent" | "amount" | "free"
>;

/** `after`: the state that the commit leaves behind. */
export function tellCredits(before: View, after: View): readonly Told[] {
  return movesSince(after, before.get("line")?.tip).map(({ what, agent, task, amount, free }) => ({
    type: `credit.${what}` as const,
    ...(task === undefined ? {} : aboutTask(after.get(`task/${task}`)!)),
    agent,
    amount,
    free,
  }));
}
