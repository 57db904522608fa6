/**
 * The tasks that nobody can take: no member says, in date, that it can do all that they need. Who adds
 * one is told so, and so is who follows the events; the status lists them at any time.
 */
import type { CapabilitiesState } from "../capabilities-state.ts";
import type { AgentId, TaskId } from "../ids.ts";
import type { Incoming } from "../kinds/incoming.ts";
import { someoneAble } from "../rules/able.ts";
import { taskStatus, type TaskStatus } from "../rules/task-status.ts";
import type { TaskState, View } from "../state.ts";
import { viewTask, type TaskView } from "./task-view.ts";

/** Of the tasks that an agent leaves unmatched so many are told as events: more than anybody reads. */
const TOLD_MAX = 100;

const WAITING: ReadonlySet<TaskStatus> = new Set(["open", "lapsed", "blocked"]);

/** Whether a task waits for somebody, and no member can do all that it needs, at log time `now`. */
export function isUnmatched(view: View, task: TaskState, now: number): boolean {
  return (
    task.needs.length > 0 &&
    WAITING.has(taskStatus(view, task, now)) &&
    !someoneAble(view, task.needs, now)
  );
}

/** What a task needs and nobody declares, even by itself; none: it is the needs together that nobody meets. */
function needsOfNobody(view: View, task: TaskState, now: number): readonly string[] {
  return task.needs.filter((need) => !someoneAble(view, [need], now));
}

/** A task as readers see it who are told whether anybody can take it. */
export function viewMatched(view: View, task: TaskState, now: number): TaskView {
  const seen = viewTask(view, task, now);
  return isUnmatched(view, task, now)
    ? { ...seen, unmatched: needsOfNobody(view, task, now) }
    : seen;
}

/**
 * The tasks that a commit makes or leaves unmatched, by its records: those that it adds, or gives other
 * needs, and those that were matched until an agent left or declared less. A broadcast that lapses is a
 * fact of time and commits nothing: that it leaves tasks unmatched is in the status, and no event.
 */
export function newlyUnmatched(
  before: View,
  after: View,
  records: readonly Incoming[],
  now: number,
): readonly TaskState[] {
  const written = records.flatMap(({ kind, fields }) => {
    const { id } = fields as unknown as { readonly id: TaskId };
    return kind === "task" && isNeedy(before, after, id) ? [after.get(`task/${id}`)!] : [];
  });
  const unable = records.flatMap(({ kind, fields }) => {
    const { agent } = fields as unknown as { readonly agent: AgentId };
    return kind === "agent" || kind === "capabilities" ? lost(before, after, agent) : [];
  });
  const left = unable.length === 0 ? [] : leftBehind(before, after, new Set(unable), now);
  return [...new Set([...written.filter((task) => isUnmatched(after, task, now)), ...left])];
}

/** Whether a task is new, or needs other things than before. */
function isNeedy(before: View, after: View, id: TaskId): boolean {
  const [old, now] = [before.get(`task/${id}`)?.needs, after.get(`task/${id}`)!.needs];
  return now.length > 0 && old?.join(" ") !== now.join(" ");
}

/** What a member could do and can no longer. */
function lost(before: View, after: View, agent: AgentId): readonly string[] {
  const able = (view: View): CapabilitiesState | undefined =>
    view.get(`agent/${agent}`)?.status === "active" ? view.get(`can/${agent}`) : undefined;
  const old = able(before);
  if (old === undefined) return [];
  const now = able(after);
  const sooner = (now?.until ?? Infinity) < (old.until ?? Infinity);
  const kept = new Set(now === undefined || sooner ? [] : [...now.skills, ...now.tags]);
  return [...old.skills, ...old.tags].filter((name) => !kept.has(name));
}

/** Only where somebody can do less is every waiting task looked at, and each set of needs once. */
function leftBehind(
  before: View,
  after: View,
  unable: ReadonlySet<string>,
  now: number,
): readonly TaskState[] {
  const found: TaskState[] = [];
  const judged = new Map<string, boolean>();
  after.eachTodo((key) => {
    const id = key.slice("todo/".length);
    const old = before.get(`task/${id}`);
    const task = after.get(`task/${id}`)!;
    if (old?.needs.some((need) => unable.has(need)) !== true) return;
    const needs = task.needs.join(" ");
    const newly =
      judged.get(needs) ??
      (someoneAble(before, task.needs, now) && !someoneAble(after, task.needs, now));
    judged.set(needs, newly);
    if (newly && isUnmatched(after, task, now)) found.push(task);
  });
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, TOLD_MAX);
}
