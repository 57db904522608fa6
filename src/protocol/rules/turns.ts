import { fault, type Fault } from "../fault.ts";
import type { AgentId, TaskId } from "../ids.ts";
import type { ClaimState, Overlay, TaskState, View } from "../state.ts";
import type { AwardState } from "../trust-state.ts";
import { bondOf, phaseOf } from "./auction.ts";
import { listAuctions } from "./auction-list.ts";
import { forfeitStake, releaseStake } from "./ledger.ts";
import { collide } from "./reservations.ts";
import { isSettled } from "./task-status.ts";
import { beginOf, rankAt, turnsAt } from "./turn-time.ts";

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
  const rank = order.findIndex((one) => one.agent === agent);
  const turns = turnsAt(view, task, award, now);
  const from = beginOf(turns, rank > phase.rank ? rank : order.length);
  return fault("CL19", { code: "not-awarded", task: task.id, agent, by: phase.agent, from });
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
  const rank = rankAt(turnsAt(state, task, award, now), now);
  // Who has had the task, or was passed over before, has nothing locked on it any more.
  for (const { agent } of award.order.slice(0, rank))
    if (agent !== taker) loseBond(state, task, agent);
  setTurn(state, task.id, { next: rank + 1, base: now });
}

/** When a claim of the task itself ends, the next turn begins; it has begun already where the lease has lapsed. */
export function nextTurn(state: Overlay, { id }: TaskState, claim: ClaimState, now: number): void {
  const kept = state.get(`auction/${id}`)?.award?.turn.base ?? 0;
  // What has stopped that turn since the lapse is kept already.
  beginTurn(state, id, Math.max(kept, Math.min(now, claim.until)));
}

/** From now on (log time) the task may be taken again, as where its work is rejected. */
export function beginTurn(state: Overlay, id: TaskId, now: number): void {
  const award = state.get(`auction/${id}`)?.award;
  if (award === undefined) return;
  setTurn(state, id, { next: award.turn.next, base: now });
}

/** To be called before a claim ends: what it reserved up to now has stopped turns of other tasks. */
export function keepStops(state: Overlay, task: TaskState, now: number): void {
  if (task.paths.length === 0) return;
  for (const id of state.get("awarded") ?? []) {
    const other = state.get(`task/${id}`)!;
    if (id === task.id || !collide(other, task)) continue;
    const { award } = state.get(`auction/${id}`)!;
    const { next, base } = turnsAt(state, other, award!, now);
    setTurn(state, id, { next, base });
  }
}

/** While turns are left, claims on other tasks may stand in the way of one with paths. */
export function setTurn(state: Overlay, id: TaskId, turn: AwardState["turn"]): void {
  const auction = state.get(`auction/${id}`)!;
  const award = { ...auction.award!, turn };
  state.set(`auction/${id}`, { ...auction, award });
  const { paths } = state.get(`task/${id}`)!;
  listAwarded(state, id, turn.next < award.order.length && paths.length > 0);
}

/** Keeps the list of awarded tasks that claims on others may stand in the way of. */
function listAwarded(state: Overlay, id: TaskId, listed: boolean): void {
  const before = state.get("awarded") ?? [];
  if (before.includes(id) === listed) return;
  const next = listed ? [...before, id].toSorted() : before.filter((one) => one !== id);
  state.set("awarded", next.length === 0 ? undefined : next);
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
  listAwarded(state, id, false);
}
