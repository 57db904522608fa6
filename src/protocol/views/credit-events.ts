/** What commits tell of credits: all that the ledger moved, in order, whichever rule moved it. */
import type { Incoming } from "../kinds/incoming.ts";
import { movesSince } from "../rules/ledger.ts";
import type { View } from "../state.ts";
import type { CreditMove } from "../trust-state.ts";
import { aboutTask, type MoundEvent } from "./event.ts";

type Told = Pick<
  MoundEvent,
  "type" | "task" | "title" | "needs" | "priority" | "agent" | "amount" | "free" | "text"
>;

/** `after`: the state that the commit leaves behind. */
export function tellCredits(
  before: View,
  after: View,
  records: readonly Incoming[],
): readonly Told[] {
  return movesSince(after, before.get("line")?.tip).map((move) => {
    const { what, agent, task, amount, free } = move;
    const text = reasonOf(move, records);
    return {
      type: `credit.${what}` as const,
      ...(task === undefined ? {} : aboutTask(after.get(`task/${task}`)!)),
      agent,
      amount,
      free,
      ...(text === undefined ? {} : { text }),
    };
  });
}

type Grant = { readonly to: string; readonly amount: number; readonly reason: string };

/** What the roots wrote with a grant; of anything else, nothing. */
export function reasonOf(
  { what, agent, amount }: CreditMove,
  records: readonly Incoming[],
): string | undefined {
  if (what !== "granted") return undefined;
  const grants = records.filter(({ kind }) => kind === "grant");
  return grants
    .map(({ fields }) => fields as unknown as Grant)
    .find((grant) => grant.to === agent && grant.amount === amount)?.reason;
}
