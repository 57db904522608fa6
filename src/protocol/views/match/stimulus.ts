/**
 * How much a task calls for somebody, whoever that is: the stimulus of the response threshold model
 * (Bonabeau, Theraulaz and Deneubourg, 1996). Every agent finds the same, so that what draws all of
 * them to the same task is here, and only this is flattened where they race (see spread.ts).
 *
 *   (priority × (1 + age + others' failures) × deadline × what waits + need + stuck + trail / 2)
 *     / ((1 + heat) × (1 + warn))
 */
import type { TodoState } from "../../todo-state.ts";
import type { TaskMarks } from "../signals.ts";
import type { Urgency } from "../urgency.ts";

const DAY_MS = 86_400_000;

/** Each step of priority weighs twice as much; 1 is one below what is meant unless said. */
const BY_PRIORITY: readonly number[] = [0.5, 1, 2, 4, 8];

export function priorityFactor({ priority }: Pick<TodoState, "priority">): number {
  return BY_PRIORITY[priority] ?? 8;
}

/**
 * One more for each day, without bound: whatever keeps coming, an old task is taken eventually. Each
 * failed attempt counts as a day: agents that decide for themselves are known to avoid what is hard.
 */
export function ageFactor(
  { created, failed }: Pick<TodoState, "created" | "failed">,
  now: number,
): number {
  return 1 + Math.max(0, now - created) / DAY_MS + (failed?.length ?? 0);
}

/** Nine at the deadline and after it, two a day before, nearly one a month before; one without any. */
export function deadlineFactor({ deadline }: Pick<TodoState, "deadline">, now: number): number {
  if (deadline === undefined) return 1;
  return 1 + DAY_MS / (DAY_MS / 8 + Math.max(0, deadline - now));
}

/** Beyond so many, more waiting tasks make no task more urgent than its priority does. */
const WAITING_MAX = 20;

/** From 1 to 5: a tenth for each task that waits, and for each link of the longest chain behind it. */
export function urgencyFactor({ unblocks, depth }: Urgency): number {
  const links = Math.max(0, depth - 1);
  return 1 + Math.min(WAITING_MAX, unblocks) / 10 + Math.min(WAITING_MAX, links) / 10;
}

/** Marks that call for somebody; a trail says only that the way is known. */
export function callOf({ need, stuck, trail }: TaskMarks): number {
  return need + stuck + trail / 2;
}

/** Marks that keep others away: someone is on it, or warns of it. */
export function repelOf({ heat, warn }: TaskMarks): number {
  return (1 + heat) * (1 + warn);
}

/** The stimulus of a task at log time `now` (milliseconds). */
export function stimulusOf(
  todo: TodoState,
  now: number,
  mark: TaskMarks | undefined,
  urgency: Urgency | undefined,
): number {
  let stimulus = priorityFactor(todo) * ageFactor(todo, now);
  if (todo.deadline !== undefined) stimulus *= deadlineFactor(todo, now);
  if (urgency !== undefined) stimulus *= urgencyFactor(urgency);
  return mark === undefined ? stimulus : (stimulus + callOf(mark)) / repelOf(mark);
}
