/** The list of finished work that waits for a review, so that nobody reads every task to find it. */
import type { Overlay, TaskState } from "../state.ts";
import type { UnreviewedState } from "../unreviewed-state.ts";
import { asksReview, finishing } from "./task-status.ts";

/** Brings `unreviewed/` up to date with what became of a task. */
export function keepUnreviewed(
  state: Overlay,
  before: TaskState | undefined,
  next: TaskState,
): void {
  const was = before === undefined ? undefined : unreviewed(before);
  const is = unreviewed(next);
  // What is done is not changed before it is reviewed, so that an entry is written once.
  if ((was === undefined) !== (is === undefined)) state.set(`unreviewed/${next.id}`, is);
}

/** Undefined where nothing waits. A reviewer that is named is asked, though nothing that follows waits for it. */
function unreviewed(task: TaskState): UnreviewedState | undefined {
  const { creator, reviewer } = task;
  const done = task.claim === undefined ? finishing(task) : undefined;
  if (done === undefined || done.review !== undefined) return undefined;
  if (!asksReview(task, done) && reviewer === undefined) return undefined;
  const { agent: worker, token, at: since, independent } = done;
  return { creator, reviewer, worker, token, since, independent };
}
