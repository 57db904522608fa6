import type { AgentId, Oid, TaskId } from "../protocol/ids.ts";
import type { Anomaly } from "../protocol/views/anomaly.ts";
import type { Finding } from "../protocol/views/finding.ts";
import type { FalseCheckpoint } from "./checkpoints.ts";
import type { Deferral } from "./deferral.ts";

/** A finding, and which commit of the line it is, counted from 1. */
export interface AuditFinding extends Finding {
  readonly number: number;
}

/** What is wrong with the line as a whole, rather than with one of its commits. */
export interface LineFinding {
  readonly code: "history-rewritten";
  /** The newest commit that was accepted here before, which the branch no longer contains. */
  readonly verified: Oid;
  /** The branch's tip; empty where the branch is gone. */
  readonly found: Oid | "";
}

/** What an audit counted, from the first commit to the last. */
export interface Tally {
  readonly commits: number;
  readonly accepted: number;
  readonly refused: number;
  /** Accepted records by the name of their kind. */
  readonly records: Readonly<Record<string, number>>;
  readonly agents: number;
  readonly tasks: number;
  readonly claims: number;
  /** Claims on a task whose lease had lapsed under another claim. */
  readonly takeovers: number;
  /** Attempts by how they ended. */
  readonly endings: Readonly<Record<string, number>>;
  /** Signatures of records and commits that are right for what they cover. */
  readonly signatures: number;
  readonly invalidSignatures: number;
}

/** One claim's time: from the commit that took the task, or the lock, up to the one that ended it. */
export interface Interval {
  readonly token: number;
  readonly agent: AgentId;
  /** Commits of the line, counted from 1; `to` is undefined while the claim stands. */
  readonly from: number;
  readonly to: number | undefined;
  /** Milliseconds of log time. */
  readonly since: number;
  readonly ended: number | undefined;
}

/** What must never be: two owners of a task or a lock at once, or a write under a token that is over. */
export interface OwnershipFault {
  readonly code: "overlap" | "token-gap" | "not-the-holder" | "after-the-end" | "not-lapsed";
  /** The task's id, or the name of the lock. */
  readonly owned: string;
  readonly agent: AgentId;
  readonly token: number;
  readonly commit: Oid;
  readonly number: number;
}

export interface OwnershipReport {
  /** Tasks, or locks, that were claimed at least once. */
  readonly owned: number;
  readonly claims: number;
  /** Claims that stand. */
  readonly standing: number;
  readonly faults: readonly OwnershipFault[];
  /** Faults beyond those that are kept. */
  readonly more: number;
  readonly intervals: ReadonlyMap<string, readonly Interval[]>;
}

/** What must never be: a claim that began while another was live on one of its paths. */
export interface ReservationFault {
  readonly code: "paths-overlap";
  readonly task: TaskId;
  readonly agent: AgentId;
  readonly token: number;
  readonly glob: string;
  readonly other: TaskId;
  /** The glob of the other. */
  readonly theirs: string;
  readonly commit: Oid;
  readonly number: number;
}

export interface ReservationReport {
  /** Tasks with paths that were claimed at least once, and their claims. */
  readonly tasks: number;
  readonly claims: number;
  readonly faults: readonly ReservationFault[];
  /** Faults beyond those that are kept. */
  readonly more: number;
}

/** What must never be: credits out of nothing, spent twice, or other than grants, claims and their ends say. */
export interface LedgerFault {
  readonly code: "overspent" | "not-as-booked" | "below-zero" | "not-conserved";
  /** Undefined: it is of the sums of all. */
  readonly agent?: AgentId;
  readonly task?: TaskId;
  /** What the records come to, and what the state says. */
  readonly booked?: number;
  readonly said?: number;
  readonly commit: Oid;
  readonly number: number;
}

/** Credits; what was granted is free, locked or forfeited. */
export interface LedgerReport {
  /** Who was ever granted any. */
  readonly agents: number;
  readonly granted: number;
  readonly free: number;
  readonly locked: number;
  readonly forfeited: number;
  readonly faults: readonly LedgerFault[];
  /** Faults beyond those that are kept. */
  readonly more: number;
}

/** An award that the records do not come to: made too early, not made, or another one. */
export interface AwardFault {
  readonly code: "too-early" | "missing" | "another";
  readonly task: TaskId;
  readonly commit: Oid;
  readonly number: number;
}

export interface AwardsReport {
  readonly awarded: number;
  readonly waiting: number;
  readonly bids: number;
  readonly faults: readonly AwardFault[];
  /** Faults beyond those that are kept. */
  readonly more: number;
}

export interface AuditReport {
  /** The newest commit that was judged, and the tip that was asked for. */
  readonly tip: Oid;
  readonly asked: Oid;
  /** The newest commit that was accepted. */
  readonly accepted: Oid;
  readonly mound: { readonly id: string; readonly name: string; readonly protocol: number };
  /** Milliseconds: the log time of the newest accepted commit. */
  readonly time: number;
  readonly findings: readonly AuditFinding[];
  /** Findings beyond those that are kept. */
  readonly more: { readonly open: number; readonly repaired: number };
  readonly line: readonly LineFinding[];
  /** Of tasks. */
  readonly ownership: OwnershipReport;
  readonly locks: OwnershipReport;
  readonly reservations: ReservationReport;
  readonly ledger: LedgerReport;
  readonly awards: AwardsReport;
  readonly tally: Tally;
  readonly anomalies: readonly Anomaly[];
  /** What agents have signed of the state; `unknown`: of a commit whose digest was not taken. */
  readonly checkpoints: {
    readonly compared: number;
    readonly unknown: number;
    /** `revoked`: nobody takes their author's word any more. */
    readonly lies: readonly (FalseCheckpoint & { readonly revoked: boolean })[];
  };
  /** SHA-256 of the state; equal wherever the same commits were judged. */
  readonly proof: { readonly digest: string; readonly commit: Oid };
  /** The first commit that is dated ahead of this clock: it and what follows it were not judged. */
  readonly deferred: Deferral | undefined;
  /** The commit up to which an earlier audit's work was used. */
  readonly resumed: Oid | undefined;
}

/** Why there is nothing that could be audited. */
export type AuditFault =
  /** The first commit founds no mound. */
  | { readonly code: "not-a-mound"; readonly url: string; readonly detail: string }
  | {
      readonly code: "line-deferred";
      readonly commit: string;
      readonly time: number;
      readonly now: number;
    }
  /** The history of the clone does not reach back to the first commit. */
  | { readonly code: "clone-shallow"; readonly commit: Oid };
