import { fault, type Fault } from "../fault.ts";
import type { AgentId, TaskId } from "../ids.ts";
import type { Overlay, TaskState, View } from "../state.ts";
import { bondOf, phaseOf, rankAt, turnsAfter, type Turns } from "./auction.ts";
import { listAuctions } from "./auction-list.ts";
import { forfeitStake, releaseStake } from "./ledger.ts";
import { isSettled } from "./task-status.ts";

/** [CL19] An auctioned task is taken by whose turn it is, and by nobody before its award. */
export function refuseTurn(
  view: View,
  agent: AgentId,
  task: TaskState,
  now: number,
): Fault | undefined {
  if (task.auction === undefined) return undefined;
  const phase = phaseOf(view, task, now);
  if (phase.phase === "anybody" || (phase.phase === "turn" && phase.agent === agent))
    return undefined;
  if (phase.phase !== "turn") {
    const until = phase.phase === "due" ? undefined : task.auction.revealsUntil;
    return fault("CL19", { code: "auction-open", task: task.id, until });
  }
  const award = view.get(`auction/${task.id}`)!.award!;
  const { order } = award;
  const turns = turnsAfter(task, award, now);
  const rank = order.findIndex((one) => one.agent === agent);
  const from = begins(turns, rank > phase.rank ? rank : order.length);
  return fault("CL19", { code: "not-awarded", task: task.id, agent, by: phase.agent, from });
}

function begins({ next, base, length }: Turns, rank: number): number {
  return base + (rank - next) * length;
}

/** The tasks that are an agent's to take now: those on which it has locked something, in order of id. */
export function awardedTo(view: View, agent: AgentId, now: number): readonly TaskState[] {
  const found: TaskState[] = [];
  for (const id of Object.keys(view.get(`credit/${agent}`)?.on ?? {}).toSorted()) {
    const task = view.get(`task/${id}`);
    if (task?.auction === undefined) continue;
    const phase = phaseOf(view, task, now);
    if (phase.phase === "turn" && phase.agent === agent) found.push(task);
  }
  return found;
}

/** Whose turns have gone by when an agent takes a task lose their bond, or what is left of it. */
export function passOver(state: Overlay, task: TaskState, taker: AgentId, now: number): void {
  const award = state.get(`auction/${task.id}`)?.award;
  if (award === undefined) return;
  const turns = turnsAfter(task, award, now);
  for (const { agent } of award.order.slice(turns.next, rankAt(turns, now)))
    if (agent !== taker) loseBond(state, task, agent);
}

/** Takes the bond, and gives back the rest. */
export function loseBond(state: Overlay, task: TaskState, agent: AgentId): void {
  releaseStake(state, task.id, agent, bondOf(task));
  forfeitStake(state, task.id, agent);
}

/** What is locked on a task goes back when it is over, and it waits for no award any more. */
export function endAuction(state: Overlay, id: TaskId): void {
  const task = state.get(`task/${id}`)!;
  if (task.auction === undefined || !isSettled(task)) return;
  for (const agent of Object.keys(state.get(`stake/${id}`) ?? {}).toSorted())
    releaseStake(state, id, agent as AgentId);
  listAuctions(state, { [id]: undefined });
}
