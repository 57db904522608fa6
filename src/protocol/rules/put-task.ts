import { taskHead } from "../ids.ts";
import type { AgentId } from "../ids.ts";
import type { Overlay, TaskState, TodoState } from "../state.ts";
import { isSettled } from "./task-status.ts";

/** Writes a task and keeps what is derived from it by key: holdings, open tasks, the id's head. */
export function putTask(state: Overlay, next: TaskState): void {
  const before = state.get(`task/${next.id}`);
  state.set(`task/${next.id}`, next);
  if (before === undefined) state.set(`head/${taskHead(next.id)}`, next.id);
  if (before?.claim !== next.claim) {
    if (before?.claim !== undefined) hold(state, before.claim.agent, next.id, undefined);
    if (next.claim !== undefined) hold(state, next.claim.agent, next.id, next.claim.until);
  }
  const todo = isSettled(next) ? undefined : todoOf(next);
  if (todo !== undefined || state.get(`todo/${next.id}`) !== undefined)
    state.set(`todo/${next.id}`, todo);
  const change = Number(!isSettled(next)) - Number(before !== undefined && !isSettled(before));
  if (change !== 0) {
    state.set(`made/${next.creator}`, (state.get(`made/${next.creator}`) ?? 0) + change);
  }
}

function todoOf({ priority, token, claim }: TaskState): TodoState {
  return { priority, token, until: claim?.until };
}

function hold(state: Overlay, agent: AgentId, task: string, until: number | undefined): void {
  const { [task]: _gone, ...held } = { ...state.get(`held/${agent}`) };
  if (until !== undefined) held[task] = until;
  state.set(`held/${agent}`, held);
}
