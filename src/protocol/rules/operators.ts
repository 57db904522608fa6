/** Who stands behind whom: an operator counts once it has signed the agent's record too. */
import type { AgentId } from "../ids.ts";
import type { View } from "../state.ts";

/** The operator of a member, or the member itself where none has signed for it. */
export function principalOf(view: View, agent: AgentId): AgentId {
  const state = view.get(`agent/${agent}`);
  return (state?.operatorSigned === true ? state.operator : undefined) ?? agent;
}

/** Whether the two are one, one stands behind the other, or the same one behind both. */
export function isAkin(view: View, a: AgentId, b: AgentId): boolean {
  return areAkin(a, principalOf(view, a), b, principalOf(view, b));
}

/** The same of two agents whose principals are known. */
export function areAkin(a: AgentId, behindA: AgentId, b: AgentId, behindB: AgentId): boolean {
  return a === b || behindA === behindB || behindA === b || behindB === a;
}
