/** Who may say of finished work whether it is good. */
import { fault, type Fault } from "../fault.ts";
import type { AgentId, TaskId } from "../ids.ts";
import { formatShare } from "../share.ts";
import type { TaskState, View } from "../state.ts";
import type { UnreviewedState } from "../unreviewed-state.ts";
import { isRoot, settings } from "./members.ts";
import { speaksForItself } from "./operators.ts";
import { trustOf } from "./trust/table.ts";

/** [RV4] Whether work on a task that is finished now waits for a reviewer who has no part in it. */
export function asksIndependent(view: View, { value }: Pick<TaskState, "value">): boolean {
  const { reviewValue } = settings(view);
  return reviewValue > 0 && value >= reviewValue;
}

/** Work that is reviewed: who made the task, whom it names, and who did it. */
type Reviewed = Pick<UnreviewedState, "creator" | "reviewer" | "worker" | "independent">;

/** [RV1] Where only an independent reviewer may, it is any of them; else who made the task, or whom it names. */
export function refuseStranger(
  id: TaskId,
  { creator, reviewer = creator, independent }: Omit<Reviewed, "worker">,
  agent: AgentId,
): Fault | undefined {
  if (independent || agent === creator || agent === reviewer) return undefined;
  return fault("RV1", { code: "not-a-reviewer", task: id, reviewer });
}

/** [RV3] [RV4] `now`: log time in milliseconds. */
export function refuseReviewer(
  view: View,
  id: TaskId,
  { creator, reviewer = creator, worker, independent }: Reviewed,
  agent: AgentId,
  now: number,
): Fault | undefined {
  if (agent === worker) return fault("RV3", { code: "not-a-reviewer", task: id, reviewer });
  if (!independent) return undefined;
  const detail = partIn(view, agent, creator, worker) ?? distrust(view, agent, now);
  if (detail === undefined) return undefined;
  const needed = settings(view).reviewTrust;
  return fault("RV4", { code: "review-dependent", task: id, agent, needed, detail });
}

/** [RV4] What makes an agent a part of the work, which perhaps nobody has done yet; a part of a sentence. */
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

/** [RV4] Why an agent reviews nothing but its own tasks; roots are who trust begins with, and none is asked of them. */
export function distrust(view: View, agent: AgentId, now: number): string | undefined {
  const { reviewTrust } = settings(view);
  if (reviewTrust === 0 || isRoot(view, agent)) return undefined;
  const { score } = trustOf(view, agent, now);
  return score >= reviewTrust ? undefined : `its trust is ${formatShare(score)}`;
}
