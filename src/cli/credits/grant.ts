import { GRANT_MAX } from "../../protocol/limits.ts";
import { freeOf } from "../../protocol/rules/ledger.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { agentArgument, rootsWith } from "../members/cosigners.ts";
import { numberOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { credits } from "./shape.ts";

/** `mound grant AGENT AMOUNT --reason TEXT`: by a root, and as many more as the threshold says. */
export async function grant(
  context: Context,
  [typed, number]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const to = agentArgument(typed!, "The name");
  const amount = numberOption(number, "The amount", 1, GRANT_MAX)!;
  const reason = textOption(options["reason"])!;
  const cosigners = await rootsWith(context, options["with"]);
  const { commit } = await act(context, { type: "grant", to, amount, reason }, { cosigners });
  const mound = await context.mound();
  const free = await mound.read((view) => freeOf(view, to));
  return {
    data: { agent: to, amount, free, commit: commit ?? null },
    text: `${to} is granted ${credits(amount)}, and has ${free} free.`,
    next: [`mound balance ${to}`],
  };
}
