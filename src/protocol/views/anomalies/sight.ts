/** One commit as the detectors see it, read from the state before it in one go. */
import { isAgentId, type AgentId, type Oid, type TaskId } from "../../ids.ts";
import type { Fault } from "../../fault.ts";
import { typeBody } from "../../judge-typing.ts";
import type { ChangeFacts, CommitFacts, Verdict } from "../../judge.ts";
import { COMMIT_PATHS } from "../../limits.ts";
import { asksReview, finishing } from "../../rules/task-status.ts";
import { recordNamespace } from "../../signature.ts";
import type { TaskState, View } from "../../state.ts";

/** A commit of the line: its place, counted from 1, and its log time in milliseconds. */
export interface Mark {
  readonly number: number;
  readonly commit: Oid;
  readonly time: number;
}

/**
 * A record of a refused commit that is its agent's own doing: signed with a key that the agent has or
 * had, and none of its accepted records that somebody commits again.
 */
export interface RefusedRecord {
  readonly kind: string;
  readonly path: string;
  readonly agent: AgentId;
  readonly task: TaskId | undefined;
  readonly token: number | undefined;
  readonly outcome: string | undefined;
  /** Undefined where no such commit is on the line. */
  readonly seen: Oid | undefined;
  /** The task as it stood. */
  readonly standing: TaskState | undefined;
}

export interface TaskChange {
  readonly before: TaskState | undefined;
  readonly after: TaskState;
  /** Milliseconds: since when it had been open, where this commit claimed it. */
  readonly openSince: number | undefined;
}

export interface Sight {
  readonly mark: Mark;
  readonly author: AgentId | undefined;
  readonly committer: string | undefined;
  /** Milliseconds: the log time before the commit; undefined before the first. */
  readonly lineTime: number | undefined;
  /** Milliseconds: what the author's clock said; undefined where nothing was accepted. */
  readonly at: number | undefined;
  /** Those that an accepted commit changed. */
  readonly tasks: readonly TaskChange[];
  /** The agents whose key or standing an accepted commit changed. */
  readonly members: readonly AgentId[];
  readonly refused:
    | { readonly fault: Fault; readonly records: readonly RefusedRecord[] }
    | undefined;
}

/** Only reads, so that a view that lacks keys may throw `NeedKeys` and be asked again. */
export function sightOf(before: View, facts: CommitFacts, verdict: Verdict): Sight {
  const line = before.get("line");
  const author = facts.commit?.author.name ?? "";
  const base = {
    mark: { number: (line?.commits ?? 0) + 1, commit: facts.oid, time: verdict.time },
    author: isAgentId(author) ? author : undefined,
    committer: facts.commit?.committer.name,
    lineTime: line?.time,
  };
  if (!verdict.accepted) {
    const refused = { fault: verdict.fault, records: refusedRecords(before, facts) };
    return { ...base, at: undefined, tasks: [], members: [], refused };
  }
  const tasks: TaskChange[] = [];
  const members: AgentId[] = [];
  verdict.delta.forEach((value, key) => {
    if (key.startsWith("task/") && value !== undefined)
      tasks.push(taskChange(before, value as TaskState));
    else if (key.startsWith("agent/")) members.push(key.slice("agent/".length) as AgentId);
  });
  return { ...base, at: verdict.records[0]?.fields.at, tasks, members, refused: undefined };
}

function taskChange(view: View, after: TaskState): TaskChange {
  const before = view.get(`task/${after.id}`);
  const claimed = before !== undefined && before.claim === undefined && after.claim !== undefined;
  return { before, after, openSince: claimed ? openSince(view, before) : undefined };
}

/** Since when a task without a claim can be taken, in milliseconds: its own past, and what it waited for. */
export function openSince(view: View, task: TaskState): number {
  const last = task.attempts.at(-1);
  let since = Math.max(task.created, last?.at ?? 0, last?.review?.at ?? 0);
  for (const id of task.after) {
    const earlier = view.get(`task/${id}`);
    const done = earlier === undefined ? undefined : finishing(earlier);
    if (done === undefined) continue;
    const satisfied = asksReview(earlier!, done) ? (done.review?.at ?? done.at) : done.at;
    since = Math.max(since, satisfied);
  }
  return since;
}

function refusedRecords(before: View, { changes }: CommitFacts): readonly RefusedRecord[] {
  const namespace = recordNamespace(before.get("mound")?.id ?? "");
  return changes
    .slice(0, COMMIT_PATHS)
    .flatMap((change) => refusedRecord(before, change, namespace) ?? []);
}

function refusedRecord(
  before: View,
  { path, record, signatures }: ChangeFacts,
  namespace: string,
): RefusedRecord | undefined {
  if (record?.ok !== true) return undefined;
  const typed = typeBody(path, record.value.body);
  if ("rule" in typed) return undefined;
  const { definition, fields } = typed;
  const agent = definition.actor(fields);
  const keys = agent === undefined ? [] : (before.get(`agent/${agent}`)?.keys ?? []);
  const own = signatures.some(
    (signature) =>
      signature.valid &&
      signature.namespace === namespace &&
      keys.some(({ key }) => key === signature.key),
  );
  if (agent === undefined || !own) return undefined;
  if (before.get(`nonce/${fields.nonce}`) !== undefined) return undefined;
  const { task, token, outcome } = fields as unknown as Partial<RefusedRecord>;
  const known = fields.seen !== undefined && before.get(`commit/${fields.seen}`) !== undefined;
  const standing = task === undefined ? undefined : before.get(`task/${task}`);
  const seen = known ? fields.seen : undefined;
  return { kind: definition.name, path, agent, task, token, outcome, seen, standing };
}
