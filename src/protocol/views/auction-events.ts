/** What commits tell of auctions: bids and reveals, an auction that opens, awards, and turns that pass on. */
import type { AgentId, TaskId } from "../ids.ts";
import type { Incoming } from "../kinds/incoming.ts";
import { phaseOf } from "../rules/auction.ts";
import { losesBond } from "../rules/award-due.ts";
import type { TaskState, View } from "../state.ts";
import { aboutTask, type MoundEvent } from "./event.ts";

type Told = Pick<
  MoundEvent,
  "type" | "task" | "title" | "needs" | "priority" | "agent" | "token" | "until" | "amount"
>;

type Body = { readonly task: TaskId; readonly agent: AgentId };

export function tellBid(
  { task: id, agent, stake, status }: Body & { stake?: number; status?: "withdrawn" },
  { after }: { readonly after: View },
): Told {
  const task = after.get(`task/${id}`)!;
  if (status === "withdrawn") return { type: "bid.withdrawn", ...aboutTask(task), agent };
  const until = task.auction!.bidsUntil;
  return { type: "bid.placed", ...aboutTask(task), agent, amount: stake!, until };
}

export function tellReveal({ task: id, agent }: Body, { after }: { readonly after: View }): Told {
  return { type: "bid.revealed", ...aboutTask(after.get(`task/${id}`)!), agent };
}

/** What follows from the records: auctions that they open, the awards that are made, whose turn it is now. */
export function tellAuctions(
  before: View,
  after: View,
  records: readonly Incoming[],
  time: number,
): readonly Told[] {
  return [
    ...opened(before, after, records),
    ...awards(before, after, time),
    ...passed(before, after, records, time),
  ];
}

/** Those that a commit adds, and those whose terms it changes: they begin anew. */
function opened(before: View, after: View, records: readonly Incoming[]): readonly Told[] {
  return records.flatMap(({ kind, fields }) => {
    if (kind !== "task") return [];
    const task = after.get(`task/${(fields as unknown as { id: TaskId }).id}`)!;
    const was = before.get(`task/${task.id}`)?.auction;
    if (task.auction === undefined || was?.bidsUntil === task.auction.bidsUntil) return [];
    return [{ type: "auction.opened", ...aboutTask(task), until: task.auction.bidsUntil }];
  });
}

/** In order of task: the winner, or nobody; then who lost the bond. */
function awards(before: View, after: View, time: number): readonly Told[] {
  const waiting = before.get("auctions") ?? {};
  const due = Object.keys(waiting).filter((task) => time >= waiting[task]!);
  return due.toSorted().flatMap((id) => {
    const task = after.get(`task/${id}`)!;
    const award = after.get(`auction/${id}`)?.award;
    if (award === undefined || before.get(`auction/${id}`)?.award !== undefined) return [];
    const [winner] = award.order;
    const won = winner === undefined ? {} : { agent: winner.agent };
    const losers = award.others.filter((other) => losesBond(after, other));
    return [
      { type: "auction.awarded" as const, ...aboutTask(task), ...won },
      ...losers.map(({ agent }) => ({ type: "bid.forfeited" as const, ...aboutTask(task), agent })),
    ];
  });
}

/** A claim has ended and another's turn begins; or a turn went by, and the next one took the task. */
function passed(
  before: View,
  after: View,
  records: readonly Incoming[],
  time: number,
): readonly Told[] {
  const ids = new Set(
    records.flatMap(({ kind, fields }) =>
      kind === "claim" || kind === "attempt" || kind === "review"
        ? [(fields as unknown as Body).task]
        : [],
    ),
  );
  return [...ids].toSorted().flatMap((id) => {
    const task = after.get(`task/${id}`);
    const order = after.get(`auction/${id}`)?.award?.order ?? [];
    if (task?.auction === undefined || order.length === 0) return [];
    const next = followerIn(before, after, task, time);
    return next === undefined
      ? []
      : [{ type: "auction.passed" as const, ...aboutTask(task), agent: next }];
  });
}

function followerIn(before: View, after: View, task: TaskState, time: number): AgentId | undefined {
  const was = before.get(`task/${task.id}`)?.claim;
  const { claim } = task;
  if (claim !== undefined) {
    // A renewal passes nothing on; neither does the winner's own taking.
    const { order } = after.get(`auction/${task.id}`)!.award!;
    const first = order[0]?.agent === claim.agent && task.attempts.every(isOlder(after, task));
    return claim.token === was?.token || first ? undefined : claim.agent;
  }
  if (task.cancelled !== undefined || task.attempts.at(-1)?.outcome === "done") {
    const sentBack = task.attempts.at(-1)?.review?.accepted === false;
    if (!sentBack) return undefined;
  }
  const phase = phaseOf(after, task, time);
  return phase.phase === "turn" ? phase.agent : undefined;
}

/** Whether an attempt is of the time before the award. */
function isOlder(after: View, task: TaskState) {
  const { at } = after.get(`auction/${task.id}`)!.award!;
  return ({ since }: { readonly since: number }) => since < at;
}
