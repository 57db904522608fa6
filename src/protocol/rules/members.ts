import { fault, type Fault } from "../fault.ts";
import type { AgentId, PublicKey } from "../ids.ts";
import type { AgentState, MoundState, View } from "../state.ts";
import { defined } from "../../base/assert.ts";

/** The mound's settings; every state but the empty one has them. */
export function settings(view: View): MoundState {
  return defined(view.get("mound"), "the mound's record");
}

/** [AG1] Only a member in force acts. */
export function refuseNonMember(view: View, agent: AgentId): Fault | undefined {
  const state = view.get(`agent/${agent}`);
  if (state === undefined) return fault("AG1", { code: "not-a-member", agent });
  if (state.status !== "active") {
    return fault("AG1", { code: "agent-revoked", agent, status: state.status });
  }
  return undefined;
}

/** The key in force of an agent, if it is a member. */
export function keyInForce(view: View, agent: string): PublicKey | undefined {
  const state = view.get(`agent/${agent}`);
  return state?.status === "active" ? state.key : undefined;
}

/** The roots that can act: listed in mound.yaml with the key that is in force for them; before that, nobody. */
export function effectiveRoots(view: View): readonly { agent: AgentId; key: PublicKey }[] {
  const roots = view.get("mound")?.roots ?? [];
  return roots.filter((root) => keyInForce(view, root.agent) === root.key);
}

export function isRoot(view: View, agent: AgentId): boolean {
  return effectiveRoots(view).some((root) => root.agent === agent);
}

/** How many distinct roots are among the signers. */
export function rootsAmong(view: View, signers: readonly PublicKey[]): number {
  return effectiveRoots(view).filter((root) => signers.includes(root.key)).length;
}

/** What changes in an agent's record by a rewrite, field by field; the key is not compared. */
export function sameButStatus(a: AgentState, b: AgentState): boolean {
  return a.key === b.key && a.name === b.name && a.operator === b.operator;
}
