import type { AttemptState, TaskState, View } from "../state.ts";
import type { TaskId } from "../ids.ts";
import { isLapsed } from "./lease.ts";

/** Derived, never stored. */
export type TaskStatus =
  | "open"
  | "claimed"
  | "lapsed"
  | "blocked"
  | "done"
  | "accepted"
  | "failed"
  | "cancelled";

export const TASK_STATUSES: readonly TaskStatus[] = [
  "open",
  "claimed",
  "lapsed",
  "blocked",
  "done",
  "accepted",
  "failed",
  "cancelled",
];

/** The status of a task at log time `now` (milliseconds). */
export function taskStatus(view: View, task: TaskState, now: number): TaskStatus {
  if (task.cancelled !== undefined) return "cancelled";
  if (task.claim !== undefined) {
    if (!isLapsed(task, now)) return "claimed";
    // Taking over would write one more expired attempt, and that would be the last.
    return failures(task, task.claim.agent) >= task.attemptsMax ? "failed" : "lapsed";
  }
  const done = finishing(task);
  if (done !== undefined) return done.review === undefined ? "done" : "accepted";
  if (isUsedUp(task)) return "failed";
  return unmet(view, task).length > 0 ? "blocked" : "open";
}

/** Whether nothing more can happen to the task but a review. */
export function isSettled(task: TaskState): boolean {
  if (task.cancelled !== undefined || finishing(task) !== undefined) return true;
  return task.claim === undefined && isUsedUp(task);
}

/** Whether as many different agents failed as the task allows; a standing claim does not count. */
export function isUsedUp(task: TaskState): boolean {
  return failures(task) >= task.attemptsMax;
}

/** The attempt that finished the task, unless a review sent it back. */
export function finishing(task: TaskState): AttemptState | undefined {
  const last = task.attempts.at(-1);
  return last?.outcome === "done" && last.review?.accepted !== false ? last : undefined;
}

/** The dependencies that are not satisfied: by *done*, or *accepted* where they ask for a review. */
export function unmet(view: View, task: TaskState): readonly TaskId[] {
  return task.after.filter((id) => {
    const earlier = view.get(`task/${id}`);
    const done = earlier === undefined ? undefined : finishing(earlier);
    return done === undefined || (earlier!.review && done.review === undefined);
  });
}

/** How many different agents failed or let their lease lapse; releases do not count. */
function failures(task: TaskState, lapsed?: string): number {
  const agents = task.attempts
    .filter((attempt) => attempt.outcome === "failed" || attempt.outcome === "expired")
    .map((attempt): string => attempt.agent);
  return new Set(lapsed === undefined ? agents : [...agents, lapsed]).size;
}
