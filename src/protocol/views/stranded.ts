/** Tasks that wait for what can never be done: nobody takes them until their creator edits them. */
import type { TaskId } from "../ids.ts";
import { finishing, isSettled } from "../rules/task-status.ts";
import type { TaskState, View } from "../state.ts";

/** Reasons that are told of one task: a person mends one at a time. */
const ROOTS_TOLD = 8;

/**
 * Answers, for one state, which cancelled or failed tasks keep a task blocked for ever, directly or
 * through others that wait for them: the first by id, none where it is over or may still be done. Of
 * `after_any` all must be out of reach. What was asked is remembered, and the walk has no recursion.
 */
export function strandedBy(view: View): (task: TaskState) => readonly TaskId[] {
  const known: Known = new Map();
  return (task) => (isSettled(task) ? NONE : walk(view, known, task));
}

/** Whether nobody will ever do it: it was cancelled, or as many agents failed as may try. */
export function isOutOfReach(task: TaskState): boolean {
  return isSettled(task) && finishing(task) === undefined;
}

const NONE: readonly TaskId[] = [];

type Known = Map<TaskId, readonly TaskId[]>;

function walk(view: View, known: Known, start: TaskState): readonly TaskId[] {
  const trail = [stepAt(view, start)];
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const next = top.open[top.at++];
    if (next === undefined) {
      known.set(top.task.id, rootsOf(top, known));
      trail.pop();
    } else if (!known.has(next.id)) trail.push(stepAt(view, next));
  }
  return known.get(start.id)!;
}

interface Step {
  readonly task: TaskState;
  readonly named: ReadonlyMap<TaskId, TaskState>;
  /** Those of them that may have a story of their own. */
  readonly open: readonly TaskState[];
  at: number;
}

function stepAt(view: View, task: TaskState): Step {
  const named = new Map(
    [...task.after, ...task.afterAny].map((id) => [id, view.get(`task/${id}`)!] as const),
  );
  return { task, named, open: [...named.values()].filter((one) => !isSettled(one)), at: 0 };
}

function rootsOf({ task, named }: Step, known: Known): readonly TaskId[] {
  const rootsAt = (id: TaskId): readonly TaskId[] =>
    isOutOfReach(named.get(id)!) ? [id] : (known.get(id) ?? NONE);
  const choices = task.afterAny.map(rootsAt);
  const hopeless = choices.every(({ length }) => length > 0) ? choices : [];
  const roots = new Set([...task.after.map(rootsAt), ...hopeless].flat());
  return roots.size === 0 ? NONE : [...roots].toSorted().slice(0, ROOTS_TOLD);
}
