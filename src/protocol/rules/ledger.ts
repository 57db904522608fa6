/**
 * Credits: what roots granted, what is locked on tasks and what was lost. No record says a balance: it
 * follows from the log. What was granted is always what all agents have, free and locked, and what was
 * forfeited; nobody has less than nothing.
 */
import { assert } from "../../base/assert.ts";
import { ownEntry } from "../../base/own-entry.ts";
import { fault, type Fault } from "../fault.ts";
import type { AgentId, TaskId } from "../ids.ts";
import type { Overlay, View } from "../state.ts";
import type { CreditMove, CreditState, CreditsState, StakeState } from "../trust-state.ts";

/** What shares of stakes are counted in. */
export const PARTS = 16;

const NONE: CreditState = { granted: 0, lost: 0, locked: 0, on: {} };
const NOTHING: CreditsState = { granted: 0, forfeited: 0 };

/** All that an agent was granted, has lost and has locked. */
export function creditOf(view: View, agent: string): CreditState {
  return view.get(`credit/${agent}`) ?? NONE;
}

/** What was granted and forfeited in all. */
export function creditsOf(view: View): CreditsState {
  return view.get("credits") ?? NOTHING;
}

/** What an agent may lock. */
export function freeOf(view: View, agent: string): number {
  const { granted, lost, locked } = creditOf(view, agent);
  return granted - lost - locked;
}

/** What an agent has locked on a task; undefined: nothing. */
export function stakeOf(view: View, task: TaskId, agent: string): StakeState | undefined {
  return ownEntry(view.get(`stake/${task}`), agent);
}

/** What the commit that has led to this state moved, in order; its parent is at hand as `parent`. */
export function movesSince(view: View, parent: string | undefined): readonly CreditMove[] {
  const kept = view.get("moves/last");
  return kept !== undefined && kept.after === (parent ?? "") ? kept.moves : [];
}

/** [LE1] What is locked is free before. */
export function refuseShort(view: View, agent: AgentId, needed: number): Fault | undefined {
  const free = freeOf(view, agent);
  return free >= needed ? undefined : fault("LE1", { code: "credits-short", agent, needed, free });
}

export function grantCredits(state: Overlay, agent: AgentId, amount: number): void {
  const before = creditOf(state, agent);
  state.set(`credit/${agent}`, { ...before, granted: before.granted + amount });
  const all = creditsOf(state);
  state.set("credits", { ...all, granted: all.granted + amount });
  note(state, { what: "granted", agent, amount });
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
  const before = stakeOf(state, task, agent)?.amount ?? 0;
  put(state, task, agent, { amount: before + amount, why }, 0);
  note(state, { what: "locked", agent, task, amount });
}

/** Says why an agent has locked what it has locked on a task. */
export function markStake(
  state: Overlay,
  task: TaskId,
  agent: AgentId,
  why: StakeState["why"],
): void {
  const stakes = state.get(`stake/${task}`);
  const stake = stakeOf(state, task, agent);
  if (stake !== undefined) state.set(`stake/${task}`, { ...stakes, [agent]: { ...stake, why } });
}

/** Gives back what an agent has locked on a task, but for `keep`. */
export function releaseStake(state: Overlay, task: TaskId, agent: AgentId, keep = 0): void {
  const stake = stakeOf(state, task, agent);
  if (stake === undefined || stake.amount <= keep) return;
  put(state, task, agent, { ...stake, amount: keep }, 0);
  note(state, { what: "returned", agent, task, amount: stake.amount - keep });
}

/** Takes away so many sixteenths of what an agent has locked on a task, rounded up; the rest stays locked. */
export function forfeitStake(state: Overlay, task: TaskId, agent: AgentId, parts = PARTS): void {
  const stake = stakeOf(state, task, agent);
  if (stake === undefined) return;
  const lost = shareOf(stake.amount, parts);
  if (lost === 0) return;
  put(state, task, agent, { ...stake, amount: stake.amount - lost }, lost);
  note(state, { what: "forfeited", agent, task, amount: lost });
}

/** So many sixteenths of an amount, rounded up. */
function shareOf(amount: number, parts: number): number {
  return Math.ceil((amount * parts) / PARTS);
}

/** Takes away so many sixteenths of all that an agent has locked. */
export function forfeitAll(state: Overlay, agent: AgentId, parts: number): void {
  const tasks = Object.keys(creditOf(state, agent).on).toSorted();
  for (const task of tasks) forfeitStake(state, task as TaskId, agent, parts);
}

function put(state: Overlay, task: TaskId, agent: AgentId, next: StakeState, lost: number): void {
  const former = stakeOf(state, task, agent)?.amount ?? 0;
  const { [agent]: _former, ...others } = state.get(`stake/${task}`) ?? {};
  const stakes = next.amount === 0 ? others : { ...others, [agent]: next };
  state.set(`stake/${task}`, Object.keys(stakes).length === 0 ? undefined : stakes);
  const credit = creditOf(state, agent);
  const { [task]: _before, ...elsewhere } = credit.on;
  state.set(`credit/${agent}`, {
    granted: credit.granted,
    lost: credit.lost + lost,
    locked: credit.locked - former + next.amount,
    on: next.amount === 0 ? elsewhere : { ...elsewhere, [task]: next.amount },
  });
  if (lost === 0) return;
  const all = creditsOf(state);
  state.set("credits", { ...all, forfeited: all.forfeited + lost });
}

/** Keeps what a commit moves until another one moves something: the parent tells commits apart. */
function note(state: Overlay, move: Pick<CreditMove, "what" | "agent" | "task" | "amount">): void {
  const after = state.get("line")?.tip ?? "";
  const kept = state.get("moves/last");
  const { agent } = move;
  const { locked } = creditOf(state, agent);
  const moved: CreditMove = { ...move, free: freeOf(state, agent), locked };
  state.set("moves/last", { after, moves: [...(kept?.after === after ? kept.moves : []), moved] });
}
