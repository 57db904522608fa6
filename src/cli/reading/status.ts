import { EMBEDDED, originUrl, type CloneStart } from "../../git/clone.ts";
import { TASK_STATUSES, type TaskStatus } from "../../protocol/rules/task-status.ts";
import type { RefusalState } from "../../protocol/refusal-state.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { LineState, MoundState, View } from "../../protocol/state.ts";
import { formatInstant } from "../../protocol/time.ts";
import { viewLocks, type LockView } from "../../protocol/views/lock-view.ts";
import type { ReviewSummary } from "../../protocol/views/reviews.ts";
import type { StandingSignal } from "../../protocol/views/standing-signals.ts";
import { allTasks, type TaskView } from "../../protocol/views/task-view.ts";
import { viewMatched } from "../../protocol/views/unmatched.ts";
import type { Mound } from "../../open/mound.ts";
import { FaultError, type Context } from "../context.ts";
import { lockJson } from "../locks/shape.ts";
import { freshMound, readerAt, type Reader } from "../fresh.ts";
import type { Report } from "../report.ts";
import { freeing, pointJson, taskJson } from "../shapes.ts";
import type { Stranded, strandedIn } from "../tasks/mend.ts";
import { byUrgency } from "../urgency.ts";
import { SIGNALS_SHOWN, signalJson } from "../signals/shown.ts";
import { refusalSentence } from "./refusals.ts";
import { statusText } from "./status-text.ts";

/** What `mound status` says, before it is put into words. */
export interface Status {
  readonly mound: MoundState;
  readonly line: LineState;
  readonly tasks: readonly TaskView[];
  /** Those that wait for what will never be done. */
  readonly stranded: readonly (Stranded & { readonly task: TaskView })[];
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** Those that somebody holds, or has let lapse. */
  readonly locks: readonly LockView[];
  /** What the acting agent holds; undefined where nobody is named. */
  readonly holding: readonly TaskView[] | undefined;
  /** The newest first, each with its sentence. */
  readonly refusals: readonly (RefusalState & { readonly message: string })[];
  readonly deferred: { readonly commit: string; readonly time: number } | undefined;
  readonly origin: { readonly url: string; readonly embedded: boolean; readonly branch: string };
  /** Milliseconds since the origin was last heard; undefined: never. */
  readonly age: number | undefined;
  readonly agent: string | undefined;
  /** Milliseconds: the moment of a state as it was; undefined: the state as it is. */
  readonly at: number | undefined;
  /** What is left, the strongest first. */
  readonly signals: readonly StandingSignal[];
  readonly reviews: ReviewSummary;
  /** The checkpoint on whose word this clone rests still. */
  readonly start: CloneStart | undefined;
}

/** `mound status`: what is going on. */
export async function status(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const { mound, notes } = await freshMound(context);
  const reader = await readerAt(context, mound, options["at"]);
  return { ...(await statusOf(context, mound, reader)), notes };
}

/** What it says of a state. */
export async function statusOf(context: Context, mound: Mound, reader: Reader): Promise<Report> {
  const { point } = reader;
  const found = await readStatus(mound, context.maybeAgent(), reader);
  const data = { ...(point === undefined ? {} : { at: pointJson(point) }), ...statusJson(found) };
  return { data, text: statusText(found), next: point === undefined ? nextSteps(found) : [] };
}

async function readStatus(
  mound: Mound,
  agent: AgentId | undefined,
  reader: Reader,
): Promise<Status> {
  // No other command needs these at its start, as this file is.
  const { strandedIn } = await import("../tasks/mend.ts");
  const { standingSignals } = await import("../../protocol/views/standing-signals.ts");
  const { summariseReviews } = await import("../../protocol/views/reviews.ts");
  const read = await reader.read((view, now) => {
    const found = readView(view, now, strandedIn(view));
    if (found === undefined) return undefined;
    const reviews = summariseReviews(view, agent, now);
    return { ...found, signals: standingSignals(view, now), reviews };
  });
  if (read === undefined) {
    const { deferred } = mound.line;
    if (deferred !== undefined)
      throw new FaultError({ code: "line-deferred", ...deferred, now: mound.ports.clock.now() });
    throw new FaultError({
      code: "line-missing",
      url: mound.ports.remote.url,
      branch: mound.clone.settings.branch,
    });
  }
  const { refusals, ...rest } = read;
  const explained = [];
  for (const refusal of refusals.toReversed())
    explained.push({ ...refusal, message: await refusalSentence(refusal) });
  return {
    ...rest,
    refusals: explained,
    holding:
      agent === undefined ? undefined : rest.tasks.filter((task) => task.claim?.agent === agent),
    // What waits for this clock is of now.
    deferred: reader.point === undefined ? mound.line.deferred : undefined,
    origin: {
      url: originUrl(mound.clone),
      embedded: mound.clone.settings.origin === EMBEDDED,
      branch: mound.clone.settings.branch,
    },
    age: await mound.age(),
    agent,
    at: reader.point?.time,
    start: mound.clone.settings.start,
  };
}

function readView(view: View, now: number, strandedOf: ReturnType<typeof strandedIn>) {
  const settings = view.get("mound");
  const line = view.get("line");
  if (settings === undefined || line === undefined) return undefined;
  // Who can do what, in one go: the tasks may need a hundred things.
  view.keys("able/");
  const tasks = allTasks(view)
    .map((task) => viewMatched(view, task, now))
    .toSorted(byUrgency);
  const counts = Object.fromEntries(TASK_STATUSES.map((name) => [name, 0])) as Record<
    TaskStatus,
    number
  >;
  for (const task of tasks) counts[task.status] += 1;
  const stranded = tasks.flatMap((task) => {
    const found = task.status === "blocked" ? strandedOf(view.get(`task/${task.id}`)!) : undefined;
    return found === undefined ? [] : [{ task, ...found }];
  });
  const locks = viewLocks(view, now).filter(({ status: of }) => of !== "free");
  const refusals = view.get("refusals") ?? [];
  return { mound: settings, line, tasks, counts, stranded, locks, refusals };
}

function nextSteps(found: Status): readonly string[] {
  const { counts, holding, agent, stranded, tasks, reviews } = found;
  const judge = (reviews.mine ?? []).length > 0 ? ["mound review"] : [];
  const apart = tasks.find((one) => one.status === "quarantined" && one.creator === agent);
  const free = apart === undefined ? [] : [`mound task show ${apart.id}`, freeing(apart, agent)];
  const mend = [...judge, ...free, ...(stranded[0]?.mend ?? [])];
  if (holding !== undefined && holding.length > 0)
    return [`mound task show ${holding[0]!.id}`, ...mend];
  if (counts.open + counts.lapsed > 0)
    return [agent === undefined ? "mound next --claim --as AGENT" : "mound next --claim", ...mend];
  return mend.length > 0 ? mend : ['mound task add "..."'];
}

function statusJson({
  mound,
  line,
  tasks,
  counts,
  stranded,
  locks,
  holding,
  refusals,
  deferred,
  origin,
  age,
  start,
  signals,
  reviews,
}: Status) {
  const of = (name: TaskStatus) => tasks.filter((task) => task.status === name).map(taskJson);
  return {
    mound: {
      id: mound.id,
      name: mound.name,
      protocol: mound.protocol,
      membership: mound.membership,
    },
    origin: { ...origin, age_s: age === undefined ? null : Math.round(age / 1_000) },
    line: {
      tip: line.tip,
      accepted: line.accepted,
      time: formatInstant(line.time),
      commits: line.commits,
      refused: line.refused,
    },
    tasks: { total: tasks.length, ...counts },
    claimed: of("claimed"),
    lapsed: of("lapsed"),
    quarantined: of("quarantined"),
    stranded: stranded.map(({ task, by }) => ({ ...taskJson(task), stranded_by: by })),
    unmatched: tasks.filter(({ unmatched }) => unmatched !== undefined).map(taskJson),
    holding: holding?.map(taskJson) ?? null,
    locks: locks.map(lockJson),
    refusals: refusals.map(({ commit, author, time, fault, message }) => ({
      commit,
      author,
      time: formatInstant(time),
      code: fault.code,
      rule: fault.rule,
      message,
    })),
    deferred:
      deferred === undefined
        ? null
        : { commit: deferred.commit, time: formatInstant(deferred.time) },
    start: start ?? null,
    signals: signals.slice(0, SIGNALS_SHOWN).map(signalJson),
    reviews: {
      waiting: reviews.waiting,
      mine: reviews.mine ?? null,
      without_reviewer: reviews.stuck,
    },
  };
}
