/**
 * Who stands behind an agent. An operator that signed the agent's record is proven; one that the agent
 * only claims says what the agent admits of itself, and binds nobody else.
 */
import type { AgentId } from "../../ids.ts";
import type { View } from "../../state.ts";

/**
 * Whether what `speaker` says of `subject` is not to be heard: one runs the other, or the same operator runs
 * both. An operator that the speaker merely claims counts against its word; one that the subject merely
 * claims does not, or whoever is blamed could name the operator of who blames it, and not be blamed.
 */
export function speaksForItself(view: View, speaker: AgentId, subject: AgentId): boolean {
  const [names, proven] = [named(view, speaker, true), named(view, subject, false)];
  return names.some((name) => proven.includes(name));
}

/** The same by the word of either: enough for praise not to count, for whoever claims a tie loses by it. */
export function claimsTie(view: View, speaker: AgentId, subject: AgentId): boolean {
  const [names, claimed] = [named(view, speaker, true), named(view, subject, true)];
  return names.some((name) => claimed.includes(name));
}

/** The agent and its operator; `claimed`: also one that has not signed. */
function named(view: View, agent: AgentId, claimed: boolean): readonly AgentId[] {
  const { operator, operatorSigned } = view.get(`agent/${agent}`) ?? {};
  return operator !== undefined && (claimed || operatorSigned === true)
    ? [agent, operator]
    : [agent];
}
