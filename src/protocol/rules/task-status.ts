import type { AttemptState, TaskState, View } from "../state.ts";
import type { TaskId } from "../ids.ts";
import { isLapsed } from "./lease.ts";
import { isQuarantined } from "./quarantine.ts";

/** Derived, never stored. */
export type TaskStatus =
  | "open"
  | "claimed"
  | "lapsed"
  | "quarantined"
  | "blocked"
  | "done"
  | "accepted"
  | "failed"
  | "cancelled";

export const TASK_STATUSES: readonly TaskStatus[] = [
  "open",
  "claimed",
  "lapsed",
  "quarantined",
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
    if (failuresOf(task, task.claim.agent) >= task.attemptsMax) return "failed";
    return isQuarantined(view, task, now) ? "quarantined" : "lapsed";
  }
  const done = finishing(task);
  if (done !== undefined) return done.review === undefined ? "done" : "accepted";
  if (isUsedUp(task)) return "failed";
  if (isQuarantined(view, task, now)) return "quarantined";
  return unmet(view, task).length > 0 ? "blocked" : "open";
}

/** Whether nothing more can happen to the task but a review. */
export function isSettled(task: TaskState): boolean {
  if (task.cancelled !== undefined || finishing(task) !== undefined) return true;
  return task.claim === undefined && isUsedUp(task);
}

/** Whether as many different agents failed as the task allows; a standing claim does not count. */
export function isUsedUp(task: TaskState): boolean {
  return failuresOf(task) >= task.attemptsMax;
}

/** The attempt that finished the task, unless a review sent it back. */
export function finishing(task: TaskState): AttemptState | undefined {
  const last = task.attempts.at(-1);
  return last?.outcome === "done" && last.review?.accepted !== false ? last : undefined;
}

/** Whether what waits for the task may go on: it is done, and accepted where it asks for a review. */
export function isSatisfied(task: TaskState | undefined): boolean {
  const done = task === undefined ? undefined : finishing(task);
  return done !== undefined && !(asksReview(task!, done) && done.review === undefined);
}

/** [RV4] Whether what was done for a task counts as accepted only once somebody has reviewed it. */
export function asksReview({ review }: TaskState, { independent }: AttemptState): boolean {
  return review || independent;
}

/** [CL10] The tasks that it waits for, each once: those of `after`, then those of `unmetAny`. */
export function unmet(view: View, task: TaskState): readonly TaskId[] {
  const all = notSatisfied(view, task.after);
  const any = unmetAny(view, task);
  return any.length === 0 ? all : [...new Set([...all, ...any])];
}

/** [CL10] The tasks of `after_any` while none of them is done: one of these is enough. */
export function unmetAny(view: View, { afterAny }: TaskState): readonly TaskId[] {
  const unsatisfied = notSatisfied(view, afterAny);
  return unsatisfied.length === afterAny.length ? unsatisfied : NONE;
}

/** Since when (log time) nothing that it waits for stands in the way, 0 where it waits for nothing; undefined: something does. */
export function readySince(view: View, { after, afterAny }: TaskState): number | undefined {
  const all = after.map((id) => satisfiedSince(view.get(`task/${id}`)) ?? Infinity);
  const any = afterAny.map((id) => satisfiedSince(view.get(`task/${id}`)) ?? Infinity);
  const since = Math.max(0, ...all, any.length === 0 ? 0 : Math.min(...any));
  return since === Infinity ? undefined : since;
}

function satisfiedSince(task: TaskState | undefined): number | undefined {
  if (!isSatisfied(task)) return undefined;
  const done = finishing(task!)!;
  return asksReview(task!, done) ? done.review?.at : done.at;
}

/** Most tasks wait for nothing, and a choice asks of thousands: they are answered without a new list. */
const NONE: readonly TaskId[] = [];

function notSatisfied(view: View, ids: readonly TaskId[]): readonly TaskId[] {
  if (ids.length === 0) return NONE;
  return ids.filter((id) => !isSatisfied(view.get(`task/${id}`)));
}

/** How many different agents failed or let their lease lapse; releases do not count. */
export function failuresOf(task: TaskState, lapsed?: string): number {
  const agents = task.attempts
    .filter((attempt) => attempt.outcome === "failed" || attempt.outcome === "expired")
    .map((attempt): string => attempt.agent);
  return new Set(lapsed === undefined ? agents : [...agents, lapsed]).size;
}
