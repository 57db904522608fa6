/**
 * Who stands behind whom. An operator that has signed the agent's record is proven; one that the agent only
 * claims says what the agent admits of itself, and binds nobody else.
 */
import type { AgentId } from "../ids.ts";
import type { View } from "../state.ts";

/** An operator behind an operator: a longer chain is there to hide something, and hides no more than its end. */
const STEPS = 8;

/**
 * The agent that stands behind an agent in the end: its operator's operator and so on, as far as each has
 * signed; itself where none has; of those in a circle the first by name. Agents with the same one count as one.
 */
export function principalOf(view: View, agent: AgentId): AgentId {
  const chain = [agent];
  for (let step = 0; step < STEPS; step += 1) {
    const state = view.get(`agent/${chain.at(-1)!}`);
    if (state?.operator === undefined || !state.operatorSigned) break;
    const seen = chain.indexOf(state.operator);
    if (seen >= 0) return chain.slice(seen).toSorted()[0]!;
    chain.push(state.operator);
  }
  return chain.at(-1)!;
}

/** Whether the two are one, one stands behind the other, or the same one behind both. */
export function isAkin(view: View, a: AgentId, b: AgentId): boolean {
  return principalOf(view, a) === principalOf(view, b);
}

/**
 * Whether what `speaker` says of `subject` is not to be heard: one runs the other, or the same operator runs
 * both. An operator that the speaker merely claims counts against its word; one that the subject merely
 * claims does not, or whoever is blamed could name the operator of who blames it, and not be blamed.
 */
export function speaksForItself(view: View, speaker: AgentId, subject: AgentId): boolean {
  const [names, proven] = [named(view, speaker, true), named(view, subject, false)];
  return isAkin(view, speaker, subject) || names.some((name) => proven.includes(name));
}

/** The same by the word of either: enough for praise not to count, for whoever claims a tie loses by it. */
export function claimsTie(view: View, speaker: AgentId, subject: AgentId): boolean {
  const [names, claimed] = [named(view, speaker, true), named(view, subject, true)];
  return isAkin(view, speaker, subject) || names.some((name) => claimed.includes(name));
}

/** The agent and its operator; `claimed`: also one that has not signed. */
function named(view: View, agent: AgentId, claimed: boolean): readonly AgentId[] {
  const { operator, operatorSigned } = view.get(`agent/${agent}`) ?? {};
  return operator !== undefined && (claimed || operatorSigned === true)
    ? [agent, operator]
    : [agent];
}
