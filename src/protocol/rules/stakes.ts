/**
 * [CL18] The stakes of claims: what a claim locks of its taker's credits, and what its end does with it.
 * Where credits are locked on a task by other means, a claim locks what is missing of its stake, and its
 * end settles all that its holder has locked there.
 */
import { unreachable } from "../../base/assert.ts";
import type { Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import type { ClaimState, Outcome, Overlay, TaskState, View } from "../state.ts";
import {
  forfeitStake,
  lockStake,
  markStake,
  PARTS,
  refuseShort,
  releaseStake,
  stakeOf,
} from "./ledger.ts";
import { isLapsed } from "./lease.ts";
import { failuresOf } from "./task-status.ts";

/** Who says that it has failed loses half; who says nothing, all. */
const FAILED_PARTS = PARTS / 2;

/** What a claim of the agent would lock: nothing more under the claim that it has, be it lapsed. */
function missingStake(view: View, agent: AgentId, task: TaskState): number {
  if (task.stake === 0 || task.claim?.agent === agent) return 0;
  return Math.max(0, task.stake - (stakeOf(view, task.id, agent)?.amount ?? 0));
}

/** [CL18] Who takes a task has its stake free. */
export function refuseStake(view: View, agent: AgentId, task: TaskState): Fault | undefined {
  const needed = missingStake(view, agent, task);
  if (needed === 0) return undefined;
  const short = refuseShort(view, agent, needed);
  return short === undefined ? undefined : { ...short, rule: "CL18" };
}

/** Locks the stake of a claim that begins. */
export function lockClaim(state: Overlay, agent: AgentId, task: TaskState): void {
  const amount = missingStake(state, agent, task);
  if (amount > 0) lockStake(state, task.id, agent, amount, "claim");
}

/**
 * Gives back or takes away what the holder of a claim that ends has locked on its task. `task` is as it
 * was while the claim stood, `time` log time in milliseconds.
 */
export function settleStake(
  state: Overlay,
  task: TaskState,
  { agent }: ClaimState,
  outcome: Outcome,
  time: number,
): void {
  const final = isFinal(task, time) || stakeOf(state, task.id, agent)?.why === "lapse";
  forfeitStake(state, task.id, agent, lostParts(task, outcome, time, final));
  releaseStake(state, task.id, agent);
}

/** A lapse that nobody can act on by taking over is not undone by a renewal. `task`: as it was before that. */
export function noteRenewal(state: Overlay, task: TaskState, time: number): void {
  if (isFinal(task, time)) markStake(state, task.id, task.claim!.agent, "lapse");
}

/** Whether its claim has lapsed, and that was the last attempt: or who abandons it could wait, and give it back. */
function isFinal(task: TaskState, time: number): boolean {
  return isLapsed(task, time) && failuresOf(task, task.claim!.agent) >= task.attemptsMax;
}

/** How many sixteenths of a stake are lost. Another lapse that nobody has acted on yet takes nothing. */
function lostParts(task: TaskState, outcome: Outcome, time: number, final: boolean): number {
  switch (outcome) {
    case "done":
      return 0;
    case "released":
      return final ? PARTS : 0;
    case "failed":
      return final ? PARTS : FAILED_PARTS;
    case "cancelled":
      return isLapsed(task, time) ? PARTS : 0;
    case "expired":
      return PARTS;
    default:
      return unreachable(outcome);
  }
}
