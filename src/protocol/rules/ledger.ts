/**
 * Credits: what roots granted, what is locked on tasks and what was lost. No record says a balance: it
 * follows from the log. What was granted is always what all agents have, free and locked, and what was
 * forfeited; nobody has less than nothing.
 */
import { assert } from "../../base/assert.ts";
import { fault, type Fault } from "../fault.ts";
import type { AgentId, TaskId } from "../ids.ts";
import type { Overlay, View } from "../state.ts";
import type { CreditState, StakeState } from "../trust-state.ts";

/** What shares of stakes are counted in. */
export const PARTS = 16;

const NONE: CreditState = { granted: 0, lost: 0, locked: 0, on: {} };

/** What an agent may lock. */
export function freeOf(view: View, agent: string): number {
  const { granted, lost, locked } = view.get(`credit/${agent}`) ?? NONE;
  return granted - lost - locked;
}

/** [LE1] What is locked is free before. */
export function refuseShort(view: View, agent: AgentId, needed: number): Fault | undefined {
  const free = freeOf(view, agent);
  return free >= needed ? undefined : fault("LE1", { code: "credits-short", agent, needed, free });
}

export function grantCredits(state: Overlay, agent: AgentId, amount: number): void {
  const before = state.get(`credit/${agent}`) ?? NONE;
  state.set(`credit/${agent}`, { ...before, granted: before.granted + amount });
  const all = state.get("credits") ?? { granted: 0, forfeited: 0 };
  state.set("credits", { ...all, granted: all.granted + amount });
}

/** Locks credits that `refuseShort` has found free, besides what the agent has locked on the task before. */
export function lockStake(
  state: Overlay,
  task: TaskId,
  agent: AgentId,
  amount: number,
  why: StakeState["why"],
): void {
  assert(freeOf(state, agent) >= amount, "credits are locked that are free");
  const before = state.get(`stake/${task}`)?.[agent]?.amount ?? 0;
  put(state, task, agent, { amount: before + amount, why }, 0);
}

/** Gives back what an agent has locked on a task, but for `keep`. */
export function releaseStake(state: Overlay, task: TaskId, agent: AgentId, keep = 0): void {
  const stake = state.get(`stake/${task}`)?.[agent];
  if (stake === undefined || stake.amount <= keep) return;
  put(state, task, agent, { ...stake, amount: keep }, 0);
}

/** Takes away so many sixteenths of what an agent has locked on a task, rounded up; the rest stays locked. */
export function forfeitStake(state: Overlay, task: TaskId, agent: AgentId, parts = PARTS): void {
  const stake = state.get(`stake/${task}`)?.[agent];
  if (stake === undefined) return;
  const lost = Math.ceil((stake.amount * parts) / PARTS);
  put(state, task, agent, { ...stake, amount: stake.amount - lost }, lost);
}

/** Takes away so many sixteenths of all that an agent has locked. */
export function forfeitAll(state: Overlay, agent: AgentId, parts: number): void {
  const tasks = Object.keys(state.get(`credit/${agent}`)?.on ?? {}).toSorted();
  for (const task of tasks) forfeitStake(state, task as TaskId, agent, parts);
}

function put(state: Overlay, task: TaskId, agent: AgentId, next: StakeState, lost: number): void {
  const { [agent]: former, ...others } = state.get(`stake/${task}`) ?? {};
  const stakes = next.amount === 0 ? others : { ...others, [agent]: next };
  state.set(`stake/${task}`, Object.keys(stakes).length === 0 ? undefined : stakes);
  const credit = state.get(`credit/${agent}`) ?? NONE;
  const { [task]: _before, ...elsewhere } = credit.on;
  state.set(`credit/${agent}`, {
    granted: credit.granted,
    lost: credit.lost + lost,
    locked: credit.locked - (former?.amount ?? 0) + next.amount,
    on: next.amount === 0 ? elsewhere : { ...elsewhere, [task]: next.amount },
  });
  if (lost === 0) return;
  const all = state.get("credits") ?? { granted: 0, forfeited: 0 };
  state.set("credits", { ...all, forfeited: all.forfeited + lost });
}
