import type { Fault } from "../../protocol/fault.ts";
import type { RefusalState } from "../../protocol/refusal-state.ts";

/** Why a commit was refused, in a sentence, with the rule that it breaks. */
export async function refusalSentence({ fault }: Pick<RefusalState, "fault">): Promise<string> {
  // Loaded only when there is something to explain: most mounds refuse nothing.
  const { explainRule } = await import("../explain-rule.ts");
  return `${explainRule(fault as unknown as Fault).message} [${fault.rule}]`;
}
