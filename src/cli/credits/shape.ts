import type { AgentId, TaskId } from "../../protocol/ids.ts";
import { creditOf, freeOf, stakeOf } from "../../protocol/rules/ledger.ts";
import type { View } from "../../protocol/state.ts";
import type { StakeState } from "../../protocol/trust-state.ts";
import { plural } from "../plural.ts";
import { sanitiseLine } from "../sanitise.ts";

/** What an agent has, and where what it has locked lies. */
export interface Balance {
  readonly agent: AgentId;
  readonly free: number;
  readonly locked: number;
  readonly forfeited: number;
  readonly granted: number;
  readonly stakes: readonly {
    readonly task: TaskId;
    readonly title: string;
    readonly amount: number;
    readonly why: StakeState["why"];
  }[];
}

export function balanceOf(view: View, agent: AgentId): Balance {
  const { granted, lost, locked, on } = creditOf(view, agent);
  const stakes = (Object.keys(on) as TaskId[]).toSorted().map((task) => {
    const { amount, why } = stakeOf(view, task, agent)!;
    return { task, title: view.get(`task/${task}`)!.title, amount, why };
  });
  return { agent, free: freeOf(view, agent), locked, forfeited: lost, granted, stakes };
}

/** `ant-3  93 free, 7 locked, 4 forfeited of 104 granted`, and a line for each stake. */
export function balanceLines(balance: Balance): readonly string[] {
  return [
    `${balance.agent}  ${sumsText(balance)}`,
    ...balance.stakes.map(
      ({ task, title, amount, why }) =>
        `  ${amount} locked on ${task} by its ${why}  ${sanitiseLine(title)}`,
    ),
  ];
}

export function sumsText({ free, locked, forfeited, granted }: Omit<Balance, "agent" | "stakes">) {
  return `${free} free, ${locked} locked, ${forfeited} forfeited of ${credits(granted)} granted`;
}

/** `1 credit`, `100 credits`. */
export function credits(amount: number): string {
  return plural(amount, "credit");
}
