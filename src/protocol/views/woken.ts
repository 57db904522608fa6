import type { TaskId } from "../ids.ts";
import type { Incoming } from "../kinds/incoming.ts";
import { isSatisfied, taskStatus, unmet } from "../rules/task-status.ts";
import type { TaskState, View } from "../state.ts";

/**
 * The tasks for which a commit has done the last thing that they waited for, by finishing or accepting
 * it or by an edit that no longer asks for it, in order of id. `time`: the commit's, in milliseconds.
 * One that is over or held is not woken, and neither is a new one.
 */
export function wokenBy(
  before: View,
  after: View,
  records: readonly Incoming[],
  time: number,
): readonly TaskState[] {
  const found = new Map<TaskId, TaskState>();
  for (const id of mayBeWoken(before, after, records)) {
    const [was, is] = [before.get(`task/${id}`), after.get(`task/${id}`)];
    if (was === undefined || is === undefined || unmet(before, was).length === 0) continue;
    const status = taskStatus(after, is, time);
    if ((status === "open" || status === "lapsed") && unmet(after, is).length === 0)
      found.set(id, is);
  }
  return [...found.keys()].toSorted().map((id) => found.get(id)!);
}

/** What names a task that the commit has satisfied, and what it has edited. */
function mayBeWoken(before: View, after: View, records: readonly Incoming[]): ReadonlySet<TaskId> {
  const ids = new Set<TaskId>();
  for (const { kind, fields } of records) {
    const { id, task } = fields as { readonly id?: TaskId; readonly task?: TaskId };
    if (kind === "task" && id !== undefined) ids.add(id);
    if ((kind !== "attempt" && kind !== "review") || task === undefined) continue;
    const satisfied =
      !isSatisfied(before.get(`task/${task}`)) && isSatisfied(after.get(`task/${task}`));
    if (satisfied) for (const waiting of after.get(`waits/${task}`) ?? []) ids.add(waiting);
  }
  return ids;
}
