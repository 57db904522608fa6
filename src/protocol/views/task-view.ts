import type { AgentId, TaskId } from "../ids.ts";
import { lapsesOf } from "../rules/quarantine.ts";
import { finishing, taskStatus, unmet, unmetAny, type TaskStatus } from "../rules/task-status.ts";
import type { AuctionTerms } from "../trust-state.ts";
import type { AttemptState, ProgressState, TaskState, View } from "../state.ts";

/** A task as readers see it: its fields, and what is derived from the log at one time. */
export interface TaskView {
  readonly id: TaskId;
  readonly title: string;
  readonly status: TaskStatus;
  readonly priority: number;
  readonly creator: AgentId;
  readonly created: number;
  readonly needs: readonly string[];
  readonly after: readonly TaskId[];
  readonly after_any: readonly TaskId[];
  /** All that it waits for now. */
  readonly waiting_for: readonly TaskId[];
  /** Those of them of which one is enough. */
  readonly waiting_for_any: readonly TaskId[];
  readonly paths: readonly string[];
  readonly shared: boolean;
  /** From 0 to 1,000: how far who takes it is trusted at least. */
  readonly trust: number;
  /** 0 where its creator does not say. */
  readonly value: number;
  /** Since its creator has looked at it. */
  readonly lapses: number;
  /** Credits that a claim locks; 0: none. */
  readonly stake: number;
  /** The standing claim, lapsed or not. */
  readonly claim:
    | {
        readonly agent: AgentId;
        readonly token: number;
        readonly since: number;
        readonly until: number;
      }
    | undefined;
  readonly token: number;
  readonly result: AttemptState | undefined;
  readonly progress: ProgressState | undefined;
  /** Of a task that is auctioned. */
  readonly auction?: AuctionTerms;
  /**
   * Nobody can take it: what it needs and nobody declares; empty where nobody declares all of it. Only
   * where `viewMatched` made the view.
   */
  readonly unmatched?: readonly string[];
}

/** A task at log time `now` (milliseconds). */
export function viewTask(view: View, task: TaskState, now: number): TaskView {
  const { claim } = task;
  return {
    id: task.id,
    title: task.title,
    status: taskStatus(view, task, now),
    priority: task.priority,
    creator: task.creator,
    created: task.created,
    needs: task.needs,
    after: task.after,
    after_any: task.afterAny,
    waiting_for: unmet(view, task),
    waiting_for_any: unmetAny(view, task),
    paths: task.paths,
    shared: task.shared,
    trust: task.trust,
    value: task.value,
    lapses: lapsesOf(task, now),
    stake: task.stake,
    claim:
      claim === undefined
        ? undefined
        : { agent: claim.agent, token: claim.token, since: claim.since, until: claim.until },
    token: task.token,
    result: finishing(task),
    progress: task.progress,
    ...(task.auction === undefined ? {} : { auction: task.auction }),
  };
}

/** Every task, the newest last. */
export function allTasks(view: View): readonly TaskState[] {
  const tasks = view.keys("task/").map((key) => view.get(key as `task/${string}`)!);
  return tasks.toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
}
