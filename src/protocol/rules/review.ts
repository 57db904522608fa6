/** Who may say of finished work whether it is good. */
import { fault, type Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import { formatShare } from "../share.ts";
import type { AttemptState, TaskState, View } from "../state.ts";
import { isRoot, refuseNonMember, settings } from "./members.ts";
import { finishing } from "./task-status.ts";
import { speaksForItself } from "./trust/operators.ts";
import { trustOf } from "./trust/table.ts";

/** [RV4] Whether work on a task that is finished now waits for a reviewer who has no part in it. */
export function asksIndependent(view: View, { value }: Pick<TaskState, "value">): boolean {
  const { reviewValue } = settings(view);
  return reviewValue > 0 && value >= reviewValue;
}

/** [RV1] What asks for an independent reviewer is open to all of them; else who made the task decides whose word counts. */
export function refuseStranger(task: TaskState, agent: AgentId): Fault | undefined {
  if (finishing(task)?.independent === true) return undefined;
  const reviewer = task.reviewer ?? task.creator;
  if (agent === task.creator || agent === reviewer) return undefined;
  return fault("RV1", { code: "not-a-reviewer", task: task.id, reviewer });
}

/** [RV3] [RV4] `done`: the attempt that is reviewed; `now`: log time in milliseconds. */
export function refuseReviewer(
  view: View,
  task: TaskState,
  done: AttemptState,
  agent: AgentId,
  now: number,
): Fault | undefined {
  if (done.agent === agent) {
    const reviewer = task.reviewer ?? task.creator;
    return fault("RV3", { code: "not-a-reviewer", task: task.id, reviewer });
  }
  if (!done.independent) return undefined;
  const detail =
    partIn(view, agent, task.creator, done.agent) ?? distrusted(view, agent, now, "its trust is");
  if (detail === undefined) return undefined;
  const needed = settings(view).reviewTrust;
  return fault("RV4", { code: "review-dependent", task: task.id, agent, needed, detail });
}

/** Whether an agent may review what was done for a task at log time `now`, which nobody has reviewed yet. */
export function mayReview(
  view: View,
  task: TaskState,
  done: AttemptState,
  agent: AgentId,
  now: number,
): boolean {
  const refused =
    refuseNonMember(view, agent) ??
    refuseStranger(task, agent) ??
    refuseReviewer(view, task, done, agent, now);
  return refused === undefined;
}

/** [RV4] Whether an agent may review what others make and do, but for who has a part in it. */
export function isTrustedReviewer(view: View, agent: AgentId, now: number): boolean {
  return distrusted(view, agent, now, "") === undefined;
}

/** What makes an agent a part of the work; a part of a sentence. */
export function partIn(
  view: View,
  agent: AgentId,
  creator: AgentId,
  worker: AgentId | undefined,
): string | undefined {
  if (agent === creator) return "it made the task";
  if (speaksForItself(view, agent, creator))
    return `it has an operator in common with ${creator}, who made the task`;
  if (worker !== undefined && speaksForItself(view, agent, worker))
    return `it has an operator in common with ${worker}, who did the work`;
  return undefined;
}

/** Roots are who trust begins with: of them no score is asked. */
function distrusted(view: View, agent: AgentId, now: number, words: string): string | undefined {
  const { reviewTrust } = settings(view);
  if (reviewTrust === 0 || isRoot(view, agent)) return undefined;
  const { score } = trustOf(view, agent, now);
  return score >= reviewTrust ? undefined : `${words} ${formatShare(score)}`;
}
