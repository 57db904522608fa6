import type { Oid } from "../ids.ts";
import { isSettled } from "../rules/task-status.ts";
import type { TaskState } from "../state.ts";
import { aboutTask, type MoundEvent } from "./event.ts";

/** What time will make of a task, unless a commit comes before it. */
export interface Moment {
  readonly type: "claim.lapsed" | "task.overdue";
  /** Milliseconds. */
  readonly at: number;
  readonly task: TaskState;
}

/** A claim lapses at its `until`; a task that is not finished is overdue at its deadline. */
export function momentsOf(task: TaskState): readonly Moment[] {
  const { claim, deadline } = task;
  const moments: Moment[] = [];
  if (claim !== undefined) moments.push({ type: "claim.lapsed", at: claim.until, task });
  if (deadline !== undefined && !isSettled(task))
    moments.push({ type: "task.overdue", at: deadline, task });
  return moments;
}

/** The same at every replay: a lease and a deadline pass once. */
export function momentId({ type, at, task }: Moment): string {
  const token = type === "claim.lapsed" ? `${task.claim!.token}/` : "";
  return `${type}/${task.id}/${token}${at}`;
}

/** In the order in which they come; what comes at the same time by task, then by type. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.at - b.at || compareText(a.task.id, b.task.id) || compareText(a.type, b.type);
}

/** `commit`: the newest one when the moment came. */
export function momentEvent(moment: Moment, commit: Oid): MoundEvent {
  const { type, at, task } = moment;
  const { claim } = task;
  return {
    id: momentId(moment),
    commit,
    time: at,
    type,
    ...aboutTask(task),
    ...(claim === undefined ? {} : { agent: claim.agent, token: claim.token }),
    until: at,
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
