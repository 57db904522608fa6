/** Anomalies of claims and tokens: results that came too late, views that were too old, work done twice. */
import type { Anomaly } from "../anomaly.ts";
import type { Fault } from "../../fault.ts";
import type { AgentId, TaskId } from "../../ids.ts";
import { finishing } from "../../rules/task-status.ts";
import type { TaskState } from "../../state.ts";
import type { Notes } from "./notes.ts";
import type { Mark, RefusedRecord, Sight, TaskChange } from "./sight.ts";
import { capped, type Trail, type Trails } from "./trails.ts";

/** A report that comes this long after a takeover is of a holder that had never stopped. */
const REPORTING_MS = 3_600_000;
/** Claims that came to nothing, from which on a task is called hot. */
const HOT_CLAIMS = 5;

/** Notes what an accepted commit shows; the trails are as they were before it. */
export function watchAccepted({ mark, tasks }: Sight, trails: Trails, notes: Notes): void {
  for (const change of tasks) {
    const trail = trails.of(change.after.id);
    watchTakeover(change, mark, trail, notes);
    watchResult(change, mark, trail, notes);
  }
}

/** Notes what a refused commit shows. */
export function watchRefused({ mark, refused }: Sight, trails: Trails, notes: Notes): void {
  if (refused === undefined) return;
  const { fault, records } = refused;
  for (const record of records) {
    const late = lateRecord(record);
    if (late !== undefined) watchLate(late, mark, trails.of(late.task), notes);
    if ("task" in fault && record.task !== fault.task) continue;
    if ("path" in fault && record.path !== fault.path) continue;
    noteStaleView(record, fault, mark, trails, notes);
    const { kind, task } = record;
    if (kind === "claim" && task !== undefined && late === undefined && LOST.has(fault.code))
      noteLost(task, mark, trails.of(task), notes);
  }
}

/** A lease ran out and was taken over, though its holder had paused no longer than it does. */
function watchTakeover(
  { before, after }: TaskChange,
  mark: Mark,
  trail: Trail,
  notes: Notes,
): void {
  const was = before?.claim;
  if (was === undefined || was.token === after.claim?.token) return;
  const ended = after.attempts.find((attempt) => attempt.token === was.token);
  if (ended?.outcome !== "expired") return;
  noteLost(after.id, mark, trail, notes);
  const { reports } = trail;
  if (reports === undefined || reports.count === 0) return;
  const silence = mark.time - reports.last.time;
  if (silence > 2 * reports.pause) return;
  notes.note(`${after.id} ${was.token}`, {
    code: "lapsed-reporting",
    task: after.id,
    agent: was.agent,
    commits: [reports.last.commit, mark.commit],
    time: mark.time,
    facts: {
      token: was.token,
      taker: after.claim?.agent ?? "",
      silence_ms: silence,
      pause_ms: reports.pause,
    },
  });
}

/** A result is accepted, after another token's was refused; or it is sent back, and nothing is twice. */
function watchResult({ before, after }: TaskChange, mark: Mark, trail: Trail, notes: Notes): void {
  const done = finishing(after);
  if (done === undefined) {
    notes.drop("work-twice", after.id);
    return;
  }
  if (before !== undefined && finishing(before)?.token === done.token) return;
  const other = trail.deliveries.find(({ token }) => token !== done.token);
  if (other === undefined) return;
  noteTwice(after.id, [other, { ...done, commit: mark.commit }], mark.time, notes);
}

type LateRecord = RefusedRecord & {
  readonly task: TaskId;
  readonly token: number;
  readonly standing: TaskState;
};

/**
 * A holder's record under a token that had ended. Which rule refuses it first is chance: it is fenced, or
 * the attempt that ended the token is newer, or its time is too long ago.
 */
function lateRecord(record: RefusedRecord): LateRecord | undefined {
  const { agent, task, token, standing } = record;
  if (task === undefined || token === undefined || standing === undefined) return undefined;
  const held = standing.attempts.some((one) => one.token === token && one.agent === agent);
  return held && standing.claim?.token !== token ? { ...record, task, token, standing } : undefined;
}

function watchLate(record: LateRecord, mark: Mark, trail: Trail, notes: Notes): void {
  const { task, agent, token, kind, outcome, standing } = record;
  const ending = trail.endings.find((one) => one.token === token);
  const result = kind === "attempt" && OUTCOMES.has(outcome ?? "");
  if (result || kind === "progress") noteStaleResult(record, ending?.mark, mark, notes);
  if (ending?.outcome === "expired" && (kind === "claim" || kind === "progress"))
    noteStillReporting(record, ending.mark, mark, notes);
  if (outcome !== "done") return;
  const delivery = { token, agent, commit: mark.commit };
  trail.deliveries = capped([...trail.deliveries, delivery]);
  const done = finishing(standing);
  if (done === undefined || done.token === token) return;
  const accepted = trail.endings.find((one) => one.token === done.token);
  const first = { ...done, commit: accepted?.mark.commit };
  noteTwice(task, [first, delivery], mark.time, notes);
}

const OUTCOMES = new Set(["done", "failed", "released"]);

function noteStaleResult(
  { task, agent, token, kind, standing }: LateRecord,
  ended: Mark | undefined,
  mark: Mark,
  notes: Notes,
): void {
  const current = standing.claim;
  notes.note(`${task} ${agent} ${token}`, {
    code: "stale-result",
    task,
    agent,
    commits: ended === undefined ? [mark.commit] : [ended.commit, mark.commit],
    time: mark.time,
    facts: {
      kind,
      token,
      ...(current === undefined ? {} : { current: current.token, by: current.agent }),
    },
  });
}

/** Its token was taken over, and it went on as before. */
function noteStillReporting(
  { task, agent, token }: LateRecord,
  taken: Mark,
  mark: Mark,
  notes: Notes,
): void {
  const late = mark.time - taken.time;
  if (late > REPORTING_MS) return;
  notes.note(`${task} ${token}`, {
    code: "lapsed-reporting",
    task,
    agent,
    commits: [taken.commit, mark.commit],
    time: mark.time,
    facts: { token, late_ms: late },
  });
}

interface Done {
  readonly token: number;
  readonly agent: AgentId;
  readonly commit: Anomaly["commits"][number] | undefined;
}

function noteTwice(
  task: TaskId,
  [first, second]: readonly [Done, Done],
  time: number,
  notes: Notes,
): void {
  notes.note(task, {
    code: "work-twice",
    task,
    agent: second.agent,
    commits: [first.commit, second.commit].filter((commit) => commit !== undefined),
    time,
    facts: {
      first: first.agent,
      first_token: first.token,
      second: second.agent,
      second_token: second.token,
    },
  });
}

/** How a claim is refused when another was faster. */
const LOST = new Set<Fault["code"]>(["held", "token-wrong", "not-open", "time-not-later"]);

function noteLost(task: TaskId, mark: Mark, trail: Trail, notes: Notes): void {
  trail.lost += 1;
  if (trail.lost < HOT_CLAIMS) return;
  const { lost: claims } = trail;
  const commits = [mark.commit];
  const base = { code: "hot", task, agent: undefined } as const;
  notes.note(task, { ...base, commits, time: mark.time, facts: { claims } });
}

/** A record whose author had not seen the commit that made it illegal. */
function noteStaleView(
  record: RefusedRecord,
  fault: Fault,
  mark: Mark,
  trails: Trails,
  notes: Notes,
): void {
  const { task, agent, seen, kind } = record;
  const culprit = culpritOf(fault, record, mark.time, trails);
  if (culprit === undefined || seen === undefined) return;
  if (!trails.isOlder(seen, culprit)) return;
  const number = trails.numberOf(seen);
  notes.note(`${agent} ${task ?? ""} ${culprit.commit}`, {
    code: "stale-view",
    task,
    agent,
    commits: [culprit.commit, mark.commit],
    time: mark.time,
    facts: {
      kind,
      rule: fault.rule,
      code: fault.code,
      seen,
      ...(number === undefined ? {} : { behind: mark.number - 1 - number }),
    },
  });
}

/** The commit that made a record illegal at log time `now`, where the fault tells of one. */
function culpritOf(
  fault: Fault,
  { kind, agent, task, token }: RefusedRecord,
  now: number,
  trails: Trails,
): Mark | undefined {
  const trail = (id: string): Trail => trails.of(id as TaskId);
  switch (fault.code) {
    case "held":
    case "paths-overlap": {
      const held = fault.code === "held" ? fault.task : fault.other;
      // A renewal of a lease that would be over by now is what stands in the way.
      return trail(held).holds.find(({ until }) => until > now)?.mark;
    }
    case "time-not-later": {
      const found = task === undefined ? undefined : trail(task);
      const ended = found?.endings.find((ending) => ending.token === token);
      return kind === "claim" ? found?.holds.at(-1)?.mark : ended?.mark;
    }
    case "fenced":
      return trail(fault.task).endings.find((ending) => ending.token === fault.token)?.mark;
    case "token-wrong":
    case "edit-frozen":
      return trail(fault.task).holds[0]?.mark;
    case "not-held":
    case "not-open":
      return trail(fault.task).changed;
    case "blocked":
      return fault.by
        .flatMap((id) => trail(id).changed ?? [])
        .toSorted((a, b) => b.number - a.number)[0];
    case "agent-revoked":
    case "commit-signature":
    case "key-replaced":
    case "signer-wrong":
      return trails.memberChanged(agent);
    default:
      return undefined;
  }
}
