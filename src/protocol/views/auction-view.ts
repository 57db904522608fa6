/** An auction as readers see it: its clock, what is known of its bids, the order, and whose turn it is. */
import type { AgentId, Oid, TaskId } from "../ids.ts";
import { bidsOn, bondOf, phaseOf, type AuctionPhase } from "../rules/auction.ts";
import { awardOf } from "../rules/award-due.ts";
import { taskStatus, type TaskStatus } from "../rules/task-status.ts";
import type { TaskState, View } from "../state.ts";
import type { AwardState, WhyNot } from "../trust-state.ts";

export interface AuctionView {
  readonly task: TaskId;
  readonly title: string;
  readonly creator: AgentId;
  readonly status: TaskStatus;
  readonly kind: "open" | "sealed";
  /** Milliseconds. */
  readonly bidsUntil: number;
  readonly revealsUntil: number;
  readonly bond: number;
  /** `over`: the task is done, failed or cancelled. */
  readonly phase: AuctionPhase | { readonly phase: "over" };
  readonly bids: readonly BidView[];
  /** Undefined until it is made; what was said of the bids before is `as it stands`. */
  readonly award: { readonly at: number; readonly commit: Oid } | undefined;
  readonly holder: AgentId | undefined;
}

export interface BidView {
  readonly agent: AgentId;
  readonly stake: number;
  readonly at: number;
  readonly revealed: boolean;
  /** Milliseconds; undefined while it is sealed. */
  readonly eta: number | undefined;
  /** The place in the order, from 0; where nothing is awarded yet, as it stands. */
  readonly rank: number | undefined;
  readonly score: number | undefined;
  readonly why: WhyNot | undefined;
}

/** The auction of a task that is auctioned, at log time `now` (milliseconds). */
export function viewAuction(view: View, task: TaskState, now: number): AuctionView {
  const { bids: kind, bidsUntil, revealsUntil } = task.auction!;
  const award = view.get(`auction/${task.id}`)?.award;
  const status = taskStatus(view, task, now);
  return {
    task: task.id,
    title: task.title,
    creator: task.creator,
    status,
    kind,
    bidsUntil,
    revealsUntil,
    bond: bondOf(task),
    phase: OVER.has(status) ? { phase: "over" } : phaseOf(view, task, now),
    bids: bidViews(view, task, award, now),
    award: award === undefined ? undefined : { at: award.at, commit: award.commit },
    holder: task.claim?.agent,
  };
}

/** Every auction that is not over, in the order in which bids end. */
export function openAuctions(view: View, now: number): readonly AuctionView[] {
  const found: AuctionView[] = [];
  view.eachTodo((key, todo) => {
    if (todo.terms?.auctioned !== true) return;
    found.push(viewAuction(view, view.get(`task/${key.slice("todo/".length)}`)!, now));
  });
  return found.toSorted((a, b) => a.bidsUntil - b.bidsUntil || (a.task < b.task ? -1 : 1));
}

const OVER: ReadonlySet<TaskStatus> = new Set(["done", "accepted", "failed", "cancelled"]);

function bidViews(
  view: View,
  task: TaskState,
  award: AwardState | undefined,
  now: number,
): readonly BidView[] {
  const shown = award ?? standing(view, task, now);
  const bids = bidsOn(view, task.id).map(({ agent, stake, at, eta, salt }): BidView => {
    const rank = shown?.order.findIndex((one) => one.agent === agent) ?? -1;
    const other = shown?.others.find((one) => one.agent === agent);
    const score = rank < 0 ? other?.score : shown!.order[rank]!.score;
    return {
      agent,
      stake,
      at,
      revealed: salt !== undefined,
      eta,
      rank: rank < 0 ? undefined : rank,
      score,
      // Who may still reveal is not blamed for it.
      why: award === undefined && other?.why === "unrevealed" ? undefined : other?.why,
    };
  });
  const place = ({ rank, score = 0 }: BidView) => rank ?? 1e6 - score / 1e12;
  return bids.toSorted((a, b) => place(a) - place(b) || (a.agent < b.agent ? -1 : 1));
}

/** What the award would be now; there is nothing to say while no bid is revealed. */
function standing(view: View, task: TaskState, now: number): AwardState | undefined {
  if (bidsOn(view, task.id).every(({ salt }) => salt === undefined)) return undefined;
  return awardOf(view, task, { at: now, commit: view.get("line")!.tip });
}
