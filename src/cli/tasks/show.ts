import { resolveTask } from "../../protocol/commands/plan.ts";
import type { AgentId, TaskId } from "../../protocol/ids.ts";
import { taskFolder } from "../../protocol/paths.ts";
import type { AttemptState, TaskState, View } from "../../protocol/state.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import { standingSignals, type StandingSignal } from "../../protocol/views/standing-signals.ts";
import { viewTask, type TaskView } from "../../protocol/views/task-view.ts";
import { reviewStory, type ReviewStory } from "../../protocol/views/reviews.ts";
import { viewMatched } from "../../protocol/views/unmatched.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound, readerAt } from "../fresh.ts";
import type { Report } from "../report.ts";
import { freeing, pointJson, taskJson } from "../shapes.ts";
import { signalJson } from "../signals/shown.ts";
import { strandedIn, type Stranded } from "./mend.ts";
import { showText } from "./show-text.ts";

/** A task with all that is known of it. */
export interface TaskStory {
  readonly view: TaskView;
  readonly state: TaskState;
  /** The tasks that it waits for or waited for. */
  readonly after: readonly TaskView[];
  /** Those of which one is enough. */
  readonly afterAny: readonly TaskView[];
  readonly parent: TaskView | undefined;
  /** Undefined where it may still be done, or is. */
  readonly stranded: Stranded | undefined;
  /** What is left on it, the strongest first. */
  readonly signals: readonly StandingSignal[];
  readonly review: ReviewStory | undefined;
  /** Below the mound's working tree. */
  readonly folder: string;
}

/** `mound task show TASK`: everything. */
export async function showTask(
  context: Context,
  [reference]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const { point, read } = await readerAt(context, mound, options["at"]);
  const found = await read((view, now) => {
    const task = resolveTask(view, reference!);
    return task.ok ? { ok: true as const, value: storyOf(view, task.value, now) } : task;
  });
  if (!found.ok) {
    if (point === undefined) throw new FaultError(found.error);
    const { missingThen } = await import("../replay/point.ts");
    throw await missingThen(mound, reference!, point, found.error);
  }
  const { value } = found;
  const at = point === undefined ? {} : { at: pointJson(point) };
  return {
    data: { ...at, task: storyJson(value) },
    text: showText(value),
    next: point === undefined ? nextSteps(value, context.maybeAgent()) : [],
    notes,
  };
}

/** The same as JSON, read from a state at log time `now`. */
export function taskStory(view: View, task: TaskState, now: number) {
  return storyJson(storyOf(view, task, now));
}

function storyOf(view: View, state: TaskState, now: number): TaskStory {
  const look = (id: TaskId): TaskView => viewTask(view, view.get(`task/${id}`)!, now);
  return {
    view: viewMatched(view, state, now),
    state,
    after: state.after.map(look),
    afterAny: state.afterAny.map(look),
    parent: state.parent === undefined ? undefined : look(state.parent),
    stranded: strandedIn(view)(state),
    signals: standingSignals(view, now, `task/${state.id}`),
    review: reviewStory(view, state, now),
    folder: taskFolder(state.id),
  };
}

function nextSteps(
  { view, stranded, review }: TaskStory,
  agent: AgentId | undefined,
): readonly string[] {
  const { id, status, claim } = view;
  if (status === "quarantined") return [freeing(view, agent)];
  if (agent !== undefined && claim?.agent === agent)
    return [`mound progress ${id} --note "..."`, `mound done ${id} --result "..."`];
  if (status === "open" || status === "lapsed") return [`mound claim ${id}`];
  if (stranded !== undefined) return stranded.mend;
  const judges = review === undefined || agent === undefined || review.by.includes(agent);
  return status === "done" && judges ? [`mound task review ${id} --accept`] : [];
}

/** Of a task that another one names: what whoever works on that one needs of it. */
function handedOn(task: TaskView) {
  const { id, title, status, result } = taskJson(task);
  return { id, title, status, result };
}

function storyJson(story: TaskStory) {
  const { view, state, after, afterAny, parent, stranded, signals, folder } = story;
  const { deadline, lease, cancelled } = state;
  return {
    ...taskJson(view),
    body: state.body ?? null,
    deadline: deadline === undefined ? null : formatInstant(deadline),
    lease: lease === undefined ? null : formatDuration(lease),
    attempts_max: state.attemptsMax,
    review: state.review ? "required" : null,
    reviewer: state.reviewer ?? null,
    reviewers: story.review?.by ?? null,
    independent_review: story.review?.independent ?? false,
    parent: state.parent ?? null,
    after_tasks: after.map(handedOn),
    after_any_tasks: afterAny.map(handedOn),
    parent_task: parent === undefined ? null : handedOn(parent),
    stranded_by: stranded?.by ?? [],
    attempts: state.attempts.map(attemptJson),
    signals: signals.map(signalJson),
    cancelled:
      cancelled === undefined
        ? null
        : { by: cancelled.by, at: formatInstant(cancelled.at), reason: cancelled.reason ?? null },
    folder,
  };
}

function attemptJson({ token, agent, outcome, since, at, text, refs, review }: AttemptState) {
  return {
    token,
    agent,
    outcome,
    since: formatInstant(since),
    at: formatInstant(at),
    text: text ?? null,
    refs,
    review:
      review === undefined
        ? null
        : {
            by: review.by,
            accepted: review.accepted,
            at: formatInstant(review.at),
            reason: review.reason ?? null,
          },
  };
}
