/**
 * What happened, as readers are told it: commits of the line and what time did, in one order. An event
 * is derived and never stored; every reader of the same history derives the same ones.
 */
import type { AgentId, Oid, TaskId } from "../ids.ts";
import type { SignalKind } from "../signal-state.ts";
import type { TaskState } from "../state.ts";
import type { Severity } from "../rules/trust/slash.ts";
import type { Level } from "../trust-state.ts";
import { formatInstant } from "../time.ts";

/** Events of commits, in the words of what became of the thing. */
const COMMIT_EVENTS = [
  "mound.founded",
  "mound.changed",
  "agent.joined",
  "agent.changed",
  "agent.rotated",
  "agent.left",
  "agent.revoked",
  "agent.invited",
  "vouch.added",
  "vouch.withdrawn",
  "agent.denounced",
  "denounce.withdrawn",
  "agent.slashed",
  "task.added",
  "task.changed",
  "task.unmatched",
  "task.claimed",
  "claim.renewed",
  "claim.expired",
  "task.progress",
  "task.declined",
  "task.done",
  "task.failed",
  "task.released",
  "task.cancelled",
  "task.accepted",
  "task.rejected",
  "task.ready",
  "review.waiting",
  "auction.opened",
  "auction.awarded",
  "auction.passed",
  "bid.placed",
  "bid.withdrawn",
  "bid.revealed",
  "bid.forfeited",
  "credit.granted",
  "credit.locked",
  "credit.returned",
  "credit.forfeited",
  "checkpoint.signed",
  "lock.taken",
  "lock.renewed",
  "lock.released",
  "lock.expired",
  "leader.elected",
  "leader.renewed",
  "leader.resigned",
  "leader.expired",
  "signal.deposited",
  "signal.withdrawn",
  "change.refused",
  "change.repaired",
] as const;

/** Events that time makes: nobody commits them. */
const TIME_EVENTS = [
  "claim.lapsed",
  "task.overdue",
  "task.quarantined",
  "auction.closed",
  "lock.lapsed",
  "leader.lapsed",
] as const;

/** `change.deferred` is of this reader's clock alone: a replay that comes later does not have it. */
export const EVENT_TYPES = [...COMMIT_EVENTS, ...TIME_EVENTS, "change.deferred"] as const;

export type EventType = (typeof EVENT_TYPES)[number];

export interface MoundEvent {
  /** The same for every reader and at every replay: what de-duplicates deliveries. */
  readonly id: string;
  readonly type: EventType;
  /** The commit that brought it; of an event of time, the newest one when it came due. */
  readonly commit: Oid;
  /** Milliseconds: the commit's time, or the moment that came. */
  readonly time: number;
  /** Who made the commit. */
  readonly actor?: AgentId;
  readonly task?: TaskId;
  readonly title?: string;
  readonly needs?: readonly string[];
  readonly priority?: number;
  /** The name of the lock. */
  readonly lock?: string;
  /** Whom it is about: the holder of the claim, the member; of a quarantined task its creator, who frees it. */
  readonly agent?: AgentId;
  readonly token?: number;
  /** Milliseconds: the end of the lease, or the deadline. */
  readonly until?: number;
  readonly percent?: number;
  /** What its author wrote: a result, a reason, a note. Untrusted text. */
  readonly text?: string;
  /** Where the work is; of a repair, the refused commits that it undoes; of a checkpoint, its commit; of a denouncement, its proof. */
  readonly refs?: readonly string[];
  /** Of a member's key, or of the key that was invited or vouched for: `SHA256:...`, as ssh-keygen prints it. */
  readonly fingerprint?: string;
  /** Of a vouch. */
  readonly level?: Level;
  readonly scope?: string;
  /** Of a slash: what share was taken. */
  readonly severity?: Severity;
  /** Of a signal: what it is about, which it is, and what there is of it now, from 0 to 10. */
  readonly topic?: string;
  readonly mark?: SignalKind;
  readonly strength?: number;
  /** Who may review it, in order of name: so many as are told, and no more. */
  readonly reviewers?: readonly AgentId[];
  /** Credits that were granted, locked, returned or forfeited, and what the agent had free after it; a bid's stake. */
  readonly amount?: number;
  readonly free?: number;
  /** Of a refused change: the rule and the fault's code. */
  readonly rule?: string;
  readonly code?: string;
}

/**
 * All the events of one commit, or all that time made at one moment; never a part of them. With a
 * commit comes what it leaves behind as past: a lease that was over before it was read.
 */
export interface EventBatch {
  /** Names the place after this batch: who resumes from it gets exactly what follows. */
  readonly cursor: string;
  readonly events: readonly MoundEvent[];
}

/** What an event says of its task, whatever happened to it. */
export function aboutTask({ id, title, needs, priority }: TaskState) {
  return { task: id, title, needs, priority };
}

/**
 * An event in JSON, flat: times are RFC 3339, what does not apply is absent. Only the last event of a
 * batch is given its cursor: who resumes from the newest one that was read loses no part of a batch.
 */
export function eventJson(event: MoundEvent, cursor?: string): Readonly<Record<string, unknown>> {
  const { time, until, ...rest } = event;
  return {
    v: 1,
    ...rest,
    time: formatInstant(time),
    ...(until === undefined ? {} : { until: formatInstant(until) }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** Whether a type matches a pattern: `task.done`, `task.*`, `*.refused`, `*`. */
export function matchesEvent(pattern: string, type: string): boolean {
  const wanted = pattern.split(".");
  const parts = type.split(".");
  if (pattern === "*") return true;
  return (
    wanted.length === parts.length && wanted.every((part, at) => part === "*" || part === parts[at])
  );
}
