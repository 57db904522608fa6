/** Finished work that waits for a review, and for whose. */
import type { AgentId, TaskId } from "../ids.ts";
import type { Incoming } from "../kinds/incoming.ts";
import {
  asksIndependent,
  distrust,
  partIn,
  refuseReviewer,
  refuseStranger,
} from "../rules/review.ts";
import { isSettled } from "../rules/task-status.ts";
import { settings } from "../rules/members.ts";
import type { MoundState, TaskState, View } from "../state.ts";
import type { UnreviewedState } from "../unreviewed-state.ts";

export interface Unreviewed extends UnreviewedState {
  readonly task: TaskId;
}

/** All that waits, the oldest first. */
export function unreviewedTasks(view: View): readonly Unreviewed[] {
  const found = view.keys("unreviewed/").map((key) => {
    const task = key.slice("unreviewed/".length) as TaskId;
    return { task, ...view.get(`unreviewed/${task}`)! };
  });
  return found.toSorted((a, b) => a.since - b.since || (a.task < b.task ? -1 : 1));
}

/** Whether a member may review it at log time `now` (milliseconds). */
export function mayReview(view: View, work: Unreviewed, agent: AgentId, now: number): boolean {
  return (
    isActive(view, agent) &&
    refuseStranger(work.task, work, agent) === undefined &&
    refuseReviewer(view, work.task, work, agent, now) === undefined
  );
}

/** What of it concerns an agent, and whom it will concern. */
export interface ReviewSummary {
  readonly waiting: number;
  /** Those that the agent may review; undefined where nobody is named. */
  readonly mine: readonly TaskId[] | undefined;
  /** Tasks of the mound's `review_value` or more that no member could review, done or to be done, in order of id. */
  readonly stuck: readonly TaskId[];
}

/** Reads each task that is not settled, where the mound has a `review_value`. */
export function summariseReviews(
  view: View,
  agent: AgentId | undefined,
  now: number,
): ReviewSummary {
  const waiting = unreviewedTasks(view);
  const reviewers = new Reviewers(view, now);
  const stuck = waiting.filter((work) => work.independent && reviewers.of(work).length === 0);
  const ids = stuck.map(({ task }) => task);
  if (settings(view).reviewValue > 0)
    view.eachTodo((key) => {
      const task = view.get(`task/${key.slice("todo/".length)}`)!;
      if (reviewers.ofTask(task)?.length === 0) ids.push(task.id);
    });
  return {
    waiting: waiting.length,
    mine:
      agent === undefined
        ? undefined
        : waiting.filter((work) => mayReview(view, work, agent, now)).map(({ task }) => task),
    stuck: ids.toSorted(),
  };
}

/** So many of those who may are named in an event: who else may finds it in the list. */
const TOLD_MAX = 16;

/** The work that a commit leaves to be reviewed, and by whom. */
export function newlyWaiting(
  before: View,
  after: View,
  records: readonly Incoming[],
  now: number,
): readonly (Pick<Unreviewed, "task" | "token"> & {
  readonly agent: AgentId;
  readonly reviewers: readonly AgentId[];
})[] {
  return records.flatMap(({ kind, fields }) => {
    const { task } = fields as unknown as { readonly task: TaskId };
    const waiting = kind === "attempt" ? after.get(`unreviewed/${task}`) : undefined;
    if (waiting === undefined || before.get(`unreviewed/${task}`) !== undefined) return [];
    const by = new Reviewers(after, now).of({ ...waiting, task });
    const { worker: agent, token } = waiting;
    return [{ task, agent, token, reviewers: by.slice(0, TOLD_MAX) }];
  });
}

/** Who may review one task, where it waits for a review, or will for an independent one. */
export interface ReviewStory {
  readonly waiting: boolean;
  readonly independent: boolean;
  readonly by: readonly AgentId[];
  /** What the mound asks for now. */
  readonly policy: ReviewPolicy;
}

export type ReviewPolicy = Pick<MoundState, "reviewValue" | "reviewTrust">;

export function reviewStory(view: View, task: TaskState, now: number): ReviewStory | undefined {
  const reviewers = new Reviewers(view, now);
  const policy = settings(view);
  const waiting = view.get(`unreviewed/${task.id}`);
  if (waiting !== undefined) {
    const by = reviewers.of({ ...waiting, task: task.id });
    return { waiting: true, independent: waiting.independent, by, policy };
  }
  const by = isSettled(task) ? undefined : reviewers.ofTask(task);
  return by === undefined ? undefined : { waiting: false, independent: true, by, policy };
}

/** Who may review what, at log time `now`; the members are looked through once, where that is needed. */
export class Reviewers {
  readonly #view: View;
  readonly #now: number;
  #trusted: readonly AgentId[] | undefined;

  constructor(view: View, now: number) {
    this.#view = view;
    this.#now = now;
  }

  /** In order of name; but whom the task names comes first. */
  of(work: Unreviewed): readonly AgentId[] {
    if (work.independent) return this.#apart(work.creator, work.worker);
    const asked = new Set([work.reviewer ?? work.creator, work.creator]);
    return [...asked].filter((agent) => mayReview(this.#view, work, agent, this.#now));
  }

  /** Who could review a task that nobody has done yet; undefined where it asks for no independent reviewer. */
  ofTask({ creator, value, claim }: Pick<TaskState, "creator" | "value" | "claim">) {
    return asksIndependent(this.#view, { value })
      ? this.#apart(creator, claim?.agent).filter((agent) => agent !== claim?.agent)
      : undefined;
  }

  #apart(creator: AgentId, worker: AgentId | undefined): readonly AgentId[] {
    this.#trusted ??= this.#view
      .keys("agent/")
      .map((key) => key.slice("agent/".length) as AgentId)
      .filter((agent) => isActive(this.#view, agent))
      .filter((agent) => distrust(this.#view, agent, this.#now) === undefined);
    return this.#trusted.filter(
      (agent) => agent !== worker && partIn(this.#view, agent, creator, worker) === undefined,
    );
  }
}

function isActive(view: View, agent: AgentId): boolean {
  return view.get(`agent/${agent}`)?.status === "active";
}
