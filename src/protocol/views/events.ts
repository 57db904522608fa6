/**
 * The events of one commit, derived from what was accepted and the state before it. A renewal that
 * comes with a progress, an attempt that comes with a cancellation and capabilities that come with
 * their agent's own record are part of that one event, and make none of their own. What a commit wakes
 * comes after what it says.
 */
import { ownEntry } from "../../base/own-entry.ts";
import { undoneBy } from "../commands/repair.ts";
import { trailers } from "../commit.ts";
import { isAgentId, type AgentId, type Oid, type TaskId } from "../ids.ts";
import type { CommitFacts, Verdict } from "../judge.ts";
import type { Incoming } from "../kinds/incoming.ts";
import { keyFingerprint } from "../rules/fingerprint.ts";
import type { SignalKind } from "../signal-state.ts";
import { Overlay, type AgentState, type Outcome, type TaskState, type View } from "../state.ts";
import { taskOfTopic } from "../topics.ts";
import { newlyWaiting } from "./reviews.ts";
import { tellAuctions, tellBid, tellReveal } from "./auction-events.ts";
import { tellCredits } from "./credit-events.ts";
import { newlyUnmatched } from "./unmatched.ts";
import { wokenBy } from "./woken.ts";
import { aboutTask, type EventType, type MoundEvent } from "./event.ts";
import { tellLock, tellLockAttempt } from "./lock-events.ts";
import { tellDenounce, tellVouch } from "./trust-events.ts";

/** What a commit tells, in the order of judgement. */
export function eventsOf(
  before: View,
  facts: CommitFacts,
  verdict: Verdict,
): readonly MoundEvent[] {
  const author = facts.commit?.author.name ?? "";
  const told: readonly Told[] = verdict.accepted
    ? verdict.records.length > 0
      ? tellRecords(before, verdict)
      : tellRepair(before, facts)
    : [{ type: "change.refused", rule: verdict.fault.rule, code: verdict.fault.code }];
  return told.map((event, n) => ({
    id: `${facts.oid}.${n}`,
    commit: facts.oid,
    time: verdict.time,
    ...(isAgentId(author) ? { actor: author } : {}),
    ...event,
  }));
}

type Told = Omit<MoundEvent, "id" | "commit" | "time" | "actor">;

interface Scene {
  readonly before: View;
  /** The state that the commit leaves behind. */
  readonly after: View;
  readonly records: readonly Incoming[];
}

/** What the records say, and then what they leave behind: tasks that may go on, tasks that nobody could take. */
function tellRecords(before: View, { records, delta, time }: Verdict & { accepted: true }): Told[] {
  const after = new Overlay(before);
  after.apply(delta);
  const scene = { before, after, records };
  const tell =
    (type: EventType) =>
    (task: TaskState): Told => ({ type, ...aboutTask(task) });
  return [
    ...records.flatMap((record) => TELL[record.kind]?.(record.fields as never, scene) ?? []),
    ...tellAuctions(before, after, records, time),
    ...tellCredits(before, after, records),
    ...wokenBy(before, after, records, time).map(tell("task.ready")),
    ...newlyWaiting(before, after, records, time).map((told) => ({
      type: "review.waiting" as const,
      ...aboutTask(after.get(`task/${told.task}`)!),
      ...told,
    })),
    ...newlyUnmatched(before, after, records, time).map(tell("task.unmatched")),
  ];
}

/** A commit without a record changes what `init` laid down, or puts good bytes back. */
function tellRepair(before: View, { commit, changes }: CommitFacts): readonly Told[] {
  if (!changes.every(({ path, oid }) => oid === before.get(`file/${path}`)?.oid)) return [];
  const refs = undoneBy(trailers(commit?.message ?? ""));
  return [{ type: "change.repaired", ...(refs.length === 0 ? {} : { refs }) }];
}

/** One for each kind of record that tells anything, by its name. */
const TELL: Readonly<
  Record<string, (fields: never, scene: Scene) => Told | readonly Told[] | undefined>
> = {
  mound: tellMound,
  agent: tellAgent,
  invite: tellInvite,
  vouch: tellVouch,
  denounce: tellDenounce,
  capabilities: tellCapabilities,
  task: tellTask,
  attempt: tellAttempt,
  cancel: tellCancel,
  claim: tellClaim,
  progress: tellProgress,
  review: tellReview,
  decline: tellDecline,
  bid: tellBid,
  reveal: tellReveal,
  checkpoint: tellCheckpoint,
  lock: tellLock,
  "lock-attempt": tellLockAttempt,
  signal: tellSignal,
};

function tellMound(_fields: unknown, { before }: Scene): Told {
  return { type: before.get("mound") === undefined ? "mound.founded" : "mound.changed" };
}

function tellAgent({ agent, reason }: { agent: AgentId; reason?: string }, scene: Scene): Told {
  const now = scene.after.get(`agent/${agent}`)!;
  const type = agentEvent(scene.before.get(`agent/${agent}`), now);
  return { type, agent, fingerprint: keyFingerprint(now.key), ...textOf(reason) };
}

/** One record is one event: an end says more than a beginning, and that more than a new key. */
function agentEvent(before: AgentState | undefined, now: AgentState): EventType {
  if (now.status !== "active" && now.status !== before?.status)
    return now.status === "revoked" ? "agent.revoked" : "agent.left";
  if (before === undefined || before.status !== now.status) return "agent.joined";
  return before.key === now.key ? "agent.changed" : "agent.rotated";
}

function tellInvite({ fingerprint, note }: { fingerprint: string; note?: string }): Told {
  return { type: "agent.invited", fingerprint, ...textOf(note) };
}

function tellCapabilities({ agent }: { agent: AgentId }, { records }: Scene): Told | undefined {
  const joins = records.some(({ path }) => path === `agents/${agent}/agent.yaml`);
  return joins ? undefined : { type: "agent.changed", agent };
}

function tellTask({ id }: { id: TaskId }, { before, after }: Scene): Told {
  const known = before.get(`task/${id}`) !== undefined;
  const task = after.get(`task/${id}`)!;
  const { deadline } = task;
  return {
    type: known ? "task.changed" : "task.added",
    ...aboutTask(task),
    ...(deadline === undefined ? {} : { until: deadline }),
  };
}

const ENDINGS: Readonly<Record<Outcome, EventType | undefined>> = {
  done: "task.done",
  failed: "task.failed",
  released: "task.released",
  expired: "claim.expired",
  cancelled: undefined,
};

type TaskToken = { readonly task: TaskId; readonly token: number };

function tellAttempt(
  { task: id, token, outcome }: TaskToken & { outcome: Outcome },
  { before, after }: Scene,
): Told | undefined {
  const type = ENDINGS[outcome];
  if (type === undefined) return undefined;
  const task = after.get(`task/${id}`)!;
  const { agent, text, refs } = task.attempts.find((attempt) => attempt.token === token)!;
  const until = outcome === "expired" ? before.get(`task/${id}`)?.claim?.until : undefined;
  return {
    type,
    ...aboutTask(task),
    agent,
    token,
    ...(until === undefined ? {} : { until }),
    ...textOf(text),
    ...(refs.length === 0 ? {} : { refs }),
  };
}

function tellCancel({ task: id }: { task: TaskId }, { before, after }: Scene): Told {
  const task = after.get(`task/${id}`)!;
  const claim = before.get(`task/${id}`)?.claim;
  return {
    type: "task.cancelled",
    ...aboutTask(task),
    ...(claim === undefined ? {} : { agent: claim.agent, token: claim.token }),
    ...textOf(task.cancelled?.reason),
  };
}

function tellClaim(
  { task: id, token }: TaskToken,
  { before, after, records }: Scene,
): Told | undefined {
  const task = after.get(`task/${id}`)!;
  const claim = task.claim!;
  const renews = before.get(`task/${id}`)?.claim?.token === token;
  const works = ({ kind, fields }: Incoming): boolean =>
    kind === "progress" && (fields as unknown as TaskToken).task === id;
  if (renews && records.some(works)) return undefined;
  return {
    type: renews ? "claim.renewed" : "task.claimed",
    ...aboutTask(task),
    agent: claim.agent,
    token,
    until: claim.until,
  };
}

function tellProgress(
  { task: id, token, percent, note }: TaskToken & { percent?: number; note?: string },
  { after }: Scene,
): Told {
  const task = after.get(`task/${id}`)!;
  const claim = task.claim!;
  return {
    type: "task.progress",
    ...aboutTask(task),
    agent: claim.agent,
    token,
    until: claim.until,
    ...(percent === undefined ? {} : { percent }),
    ...textOf(note),
  };
}

function tellReview({ task: id, token }: TaskToken, { after }: Scene): Told {
  const task = after.get(`task/${id}`)!;
  const { agent, review } = task.attempts.find((attempt) => attempt.token === token)!;
  return {
    type: review!.accepted ? "task.accepted" : "task.rejected",
    ...aboutTask(task),
    agent,
    token,
    ...textOf(review!.reason),
  };
}

type Declined = { readonly agent: AgentId; readonly until: number; readonly reason?: string };

function tellDecline(
  { task: id, agent, until, reason }: Declined & { readonly task: TaskId },
  { after }: Scene,
): Told {
  const task = after.get(`task/${id}`)!;
  return { type: "task.declined", ...aboutTask(task), agent, until, ...textOf(reason) };
}

function tellCheckpoint({ agent, commit }: { agent: AgentId; commit: Oid }): Told {
  return { type: "checkpoint.signed", agent, refs: [commit] };
}

function tellSignal(
  { topic, agent, mark, note }: { topic: string; agent: AgentId; mark: SignalKind; note?: string },
  { after }: Scene,
): Told {
  const left = ownEntry(after.get(`signal/${topic}`), agent);
  const task = after.get(`task/${taskOfTopic(topic) ?? ""}`);
  return {
    type: left === undefined ? "signal.withdrawn" : "signal.deposited",
    ...(task === undefined ? {} : aboutTask(task)),
    agent,
    topic,
    mark,
    strength: left?.strength ?? 0,
    ...textOf(note),
  };
}

function textOf(text: string | undefined): { readonly text?: string } {
  return text === undefined ? {} : { text };
}
