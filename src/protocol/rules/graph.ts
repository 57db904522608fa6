/** What waits for what, kept by key: who names a task, and whether the edges of unsettled tasks changed. */
import type { TaskId } from "../ids.ts";
import type { Overlay, TaskState, View } from "../state.ts";
import { isSettled } from "./task-status.ts";

/** Every task that a task names as one to be done first. */
export function edgesOf({ after, afterAny }: TaskState): readonly TaskId[] {
  return afterAny.length === 0 ? after : [...after, ...afterAny];
}

/**
 * Brings `waits/` up to date with what a commit made of these tasks: once for each task that they name,
 * for an import of thousands that all wait for one would else copy a growing list thousands of times.
 */
export function keepWaits(before: View, state: Overlay, changed: readonly TaskId[]): void {
  const gone = new Map<TaskId, Set<TaskId>>();
  const come = new Map<TaskId, TaskId[]>();
  for (const id of changed) {
    const was = namedBy(before.get(`task/${id}`));
    const is = namedBy(state.get(`task/${id}`));
    for (const named of was) if (!is.has(named)) of(gone, named, () => new Set()).add(id);
    for (const named of is) if (!was.has(named)) of(come, named, () => []).push(id);
  }
  for (const named of new Set([...gone.keys(), ...come.keys()])) {
    const without = gone.get(named);
    const old = state.get(`waits/${named}`) ?? [];
    const kept = without === undefined ? old : old.filter((id) => !without.has(id));
    const waiting = merge(kept, (come.get(named) ?? []).toSorted());
    state.set(`waits/${named}`, waiting.length === 0 ? undefined : waiting);
  }
}

/** Two sorted lists as one. To sort thousands anew for each that is added was measured at 3 ms. */
function merge(some: readonly TaskId[], others: readonly TaskId[]): readonly TaskId[] {
  const merged: TaskId[] = [];
  let at = 0;
  for (const other of others) {
    while (at < some.length && some[at]! < other) merged.push(some[at++]!);
    merged.push(other);
  }
  while (at < some.length) merged.push(some[at++]!);
  return merged;
}

function namedBy(task: TaskState | undefined): ReadonlySet<TaskId> {
  return new Set(task === undefined ? [] : edgesOf(task));
}

function of<V>(map: Map<TaskId, V>, id: TaskId, make: () => V): V {
  const found = map.get(id) ?? make();
  map.set(id, found);
  return found;
}

/**
 * Renews `graph` where what an unsettled task holds up may have changed: tasks that it is named by come,
 * go, settle, or are to be done again. As a rule a task settles when all that it waited for has; then
 * nothing unsettled held it up, and nothing is renewed.
 */
export function noteGraph(state: Overlay, before: TaskState | undefined, next: TaskState): void {
  if (!movesGraph(state, before, next)) return;
  state.set("graph", { changes: (state.get("graph")?.changes ?? 0) + 1 });
}

function movesGraph(state: Overlay, before: TaskState | undefined, next: TaskState): boolean {
  const named = edgesOf(next);
  if (before === undefined) return named.length > 0;
  const was = edgesOf(before);
  if (was.length !== named.length || was.some((id, at) => id !== named[at])) return true;
  const settled = isSettled(next);
  if (settled === isSettled(before)) return false;
  if (!settled && state.get(`waits/${next.id}`) !== undefined) return true;
  return named.some((id) => state.get(`todo/${id}`) !== undefined);
}
