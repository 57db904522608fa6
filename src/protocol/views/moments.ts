import type { Oid } from "../ids.ts";
import type { LockState } from "../lock-state.ts";
import { isSettled } from "../rules/task-status.ts";
import type { ClaimState, TaskState } from "../state.ts";
import { aboutTask, type MoundEvent } from "./event.ts";
import { lockEvent } from "./lock-events.ts";

/** What time makes something of: its leases end, and deadlines come. */
export type Timed = TaskState | LockState;

/** What time will make of a task or a lock, unless a commit comes before it. */
export interface Moment {
  readonly type:
    | "claim.lapsed"
    | "task.overdue"
    | "task.quarantined"
    | "auction.closed"
    | "lock.lapsed"
    | "leader.lapsed";
  /** Milliseconds. */
  readonly at: number;
  readonly of: Timed;
}

/**
 * A claim lapses at its `until`, and may set its task apart; a task that is not finished is overdue at its
 * deadline; bids on one that is auctioned close.
 */
export function momentsOf(of: Timed): readonly Moment[] {
  const { claim } = of;
  if (isLock(of))
    return claim === undefined ? [] : [{ type: lockEvent("lapsed", of), at: claim.until, of }];
  const { deadline, brink } = of;
  const moments: Moment[] = [];
  if (claim !== undefined) {
    moments.push({ type: "claim.lapsed", at: claim.until, of });
    if (brink) moments.push({ type: "task.quarantined", at: claim.until, of });
  }
  if (deadline !== undefined && !isSettled(of))
    moments.push({ type: "task.overdue", at: deadline, of });
  if (of.auction !== undefined && !isSettled(of))
    moments.push({ type: "auction.closed", at: of.auction.bidsUntil, of });
  return moments;
}

/** What comes of the task itself, whoever has it. */
const UNCLAIMED: ReadonlySet<Moment["type"]> = new Set(["task.overdue", "auction.closed"]);

/** The same at every replay: a lease and a deadline pass once. */
export function momentId({ type, at, of }: Moment): string {
  const token = UNCLAIMED.has(type) ? "" : `${of.claim!.token}/`;
  return `${type}/${nameOf(of)}/${token}${at}`;
}

/** In the order in which they come; what comes at the same time by what it is of, then by type. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.at - b.at || compareText(nameOf(a.of), nameOf(b.of)) || compareText(a.type, b.type);
}

/** `commit`: the newest one when the moment came. */
export function momentEvent(moment: Moment, commit: Oid): MoundEvent {
  const { type, at, of } = moment;
  // It begins then, and nobody knows when it ends: what matters is whose it is to end it.
  const ends = type !== "task.quarantined";
  return {
    id: momentId(moment),
    commit,
    time: at,
    type,
    ...(isLock(of) ? { lock: of.name } : aboutTask(of)),
    ...(ends || isLock(of)
      ? { ...holderOf(of.claim), until: at }
      : { agent: of.creator, token: of.claim!.token }),
  };
}

function holderOf(claim: ClaimState | undefined): Pick<MoundEvent, "agent" | "token"> {
  return claim === undefined ? {} : { agent: claim.agent, token: claim.token };
}

function isLock(of: Timed): of is LockState {
  return "name" in of;
}

function nameOf(of: Timed): string {
  return isLock(of) ? of.name : of.id;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
