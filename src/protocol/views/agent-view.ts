import type { AgentId, TaskId } from "../ids.ts";
import { keyFingerprint } from "../rules/fingerprint.ts";
import { isRoot } from "../rules/members.ts";
import type { CapabilitiesState } from "../capabilities-state.ts";
import type { AgentState, View } from "../state.ts";

/** An agent as readers see it. */
export interface AgentView extends AgentState {
  readonly role: "root" | "member";
  readonly fingerprint: string;
  readonly capabilities: CapabilitiesState | undefined;
  /** The tasks that it holds, and until when, in order of their ids. */
  readonly held: readonly { readonly task: TaskId; readonly until: number }[];
}

export function viewAgent(view: View, agent: AgentId): AgentView | undefined {
  const state = view.get(`agent/${agent}`);
  if (state === undefined) return undefined;
  const held = Object.entries(view.get(`held/${agent}`) ?? {}).map(([task, until]) => ({
    task: task as TaskId,
    until,
  }));
  return {
    ...state,
    role: isRoot(view, agent) ? "root" : "member",
    fingerprint: keyFingerprint(state.key),
    capabilities: view.get(`can/${agent}`),
    held: held.toSorted((a, b) => (a.task < b.task ? -1 : 1)),
  };
}
