/**
 * When the turns of an awarded task begin. A turn runs only while its agent could take the task: who cannot is
 * not late, and loses nothing.
 */
import type { AgentId } from "../ids.ts";
import { TURN_MAX_MS } from "../limits.ts";
import type { TaskState, View } from "../state.ts";
import type { AuctionTerms, AwardState } from "../trust-state.ts";
import { isLapsed } from "./lease.ts";
import { isAkin } from "./operators.ts";
import { isQuarantined } from "./quarantine.ts";
import { overlapping } from "./reservations.ts";
import { readySince } from "./task-status.ts";

/** From `base` on it is the turn of rank `next`, after `length` that of the one after it (milliseconds). */
export interface Turns {
  readonly next: number;
  readonly base: number;
  readonly length: number;
  /** What has moved `base` up to now goes on. */
  readonly still: boolean;
}

/** The turns as they are at log time `now` (milliseconds); all of those before `next` are over. */
export function turnsAt(view: View, task: TaskState, award: AwardState, now: number): Turns {
  const { next } = award.turn;
  const length = lengthOf(task.auction!);
  const base = beginning(view, task, award, now);
  if (base === undefined) return { next, base: now, length, still: true };
  return stopsOf(view, task, now).reduce<Turns>(
    (turns, stop) => afterStop(view, award, turns, stop),
    { next, base, length, still: false },
  );
}

/** Whose turn it is at log time `now`, as a place in the order; beyond its end: anybody's. */
export function rankAt({ next, base, length }: Turns, now: number): number {
  return next + Math.max(0, Math.floor((now - base) / length));
}

/** When the turn of a rank begins, unless something stops it. */
export function beginOf({ next, base, length }: Turns, rank: number): number {
  return base + (rank - next) * length;
}

function lengthOf({ bidsUntil, revealsUntil }: AuctionTerms): number {
  return Math.min(revealsUntil - bidsUntil, TURN_MAX_MS);
}

/** Since when the task itself could be taken; undefined: it cannot, whoever comes. */
function beginning(
  view: View,
  task: TaskState,
  { turn }: AwardState,
  now: number,
): number | undefined {
  const { claim } = task;
  if (claim !== undefined && !isLapsed(task, now)) return undefined;
  const ready = readySince(view, task);
  if (ready === undefined || isQuarantined(view, task, now)) return undefined;
  return Math.max(turn.base, ready, claim?.until ?? 0);
}

/** A claim on another task that reserves paths of this one, for so long. */
interface Stop {
  readonly by: AgentId;
  readonly since: number;
  readonly end: number;
  readonly lasts: boolean;
}

/** In the order in which they began: each falls in the turn that those before it have left. */
function stopsOf(view: View, task: TaskState, now: number): readonly Stop[] {
  return overlapping(view, task)
    .map(({ claim }): Stop => {
      const { agent, since, until } = claim!;
      return { by: agent, since, end: Math.min(now, until), lasts: now < until };
    })
    .toSorted((a, b) => a.since - b.since || (a.by < b.by ? -1 : Number(a.by > b.by)));
}

/** The turn in which a task is reserved by others begins anew when it is free; those before it stay over. */
function afterStop(view: View, { order }: AwardState, turns: Turns, stop: Stop): Turns {
  let rank = rankAt(turns, stop.since);
  let from = Math.max(turns.base, stop.since);
  // What an agent or its operator holds keeps nobody from the task but the others.
  while (rank < order.length && from < stop.end && isAkin(view, order[rank]!.agent, stop.by)) {
    rank += 1;
    from = beginOf(turns, rank);
  }
  if (rank >= order.length || from >= stop.end) return turns;
  return { ...turns, next: rank, base: stop.end, still: stop.lasts };
}
