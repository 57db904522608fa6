import type { AgentId } from "../../protocol/ids.ts";
import { creditsOf } from "../../protocol/rules/ledger.ts";
import type { View } from "../../protocol/state.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { agentArgument } from "../members/cosigners.ts";
import type { Report } from "../report.ts";
import { balanceLines, balanceOf, sumsText, type Balance } from "./shape.ts";

/** `mound balance [AGENT]`: what an agent has; without one, what each has that was ever granted any. */
export async function balance(
  context: Context,
  [typed]: readonly (string | undefined)[],
): Promise<Report> {
  const agent = typed === undefined ? undefined : agentArgument(typed, "The name");
  const { mound, notes } = await freshMound(context);
  const { known, balances, credits } = await mound.read((view) => ({
    known: agent === undefined || view.get(`agent/${agent}`) !== undefined,
    balances: agent === undefined ? allBalances(view) : [balanceOf(view, agent)],
    credits: creditsOf(view),
  }));
  if (agent !== undefined) {
    if (!known) throw new FaultError({ code: "agent-unknown", agent });
    const lines = balances.flatMap(balanceLines);
    const next = [`mound ledger ${agent}`];
    return { data: { balance: balances[0] }, text: lines.join("\n"), next, notes };
  }
  const { granted, forfeited } = credits;
  const locked = balances.reduce((sum, one) => sum + one.locked, 0);
  const all = { granted, free: granted - forfeited - locked, locked, forfeited };
  const lines = [...balances.flatMap(balanceLines), `In all: ${sumsText(all)}.`];
  return {
    data: { balances, all },
    text: balances.length === 0 ? "No credits were ever granted." : lines.join("\n"),
    next: balances.length === 0 ? ['mound grant AGENT 100 --reason "..."   (a root)'] : [],
    notes,
  };
}

function allBalances(view: View): readonly Balance[] {
  return view.keys("credit/").map((key) => balanceOf(view, key.slice("credit/".length) as AgentId));
}
