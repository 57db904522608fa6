/** What an auction is at a moment, whose turn it is after the award, and what its bidders seal. */
import { ownEntry } from "../../base/own-entry.ts";
import { sha256Text } from "../../base/sha256.ts";
import type { AgentId, TaskId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";
import type { AwardState, BidState } from "../trust-state.ts";
import { beginOf, rankAt, turnsAt } from "./turn-time.ts";

/** Of the task's value: what a bid puts at risk at least. */
const BOND_SHARE = 10;

/** What every bid on a task of this value has to lock, in credits. */
export function bondOf({ value }: Pick<TaskState, "value">): number {
  return Math.max(1, Math.ceil(value / BOND_SHARE));
}

/** What a bidder commits to; `eta` in milliseconds, `salt` 32 hexadecimal digits. */
export interface Sealed {
  readonly mound: string;
  readonly task: TaskId;
  readonly agent: AgentId;
  readonly stake: number;
  readonly eta: number;
  readonly salt: string;
}

/** SHA-256 in hexadecimal of what SPEC.md states: it names its bidder, so that a copy of it is worth nothing. */
export function sealOf({ mound, task, agent, stake, eta, salt }: Sealed): string {
  return digestOf(["mound-bid", mound, task, agent, stake, eta, salt]);
}

/** SHA-256 in hexadecimal of these lines, each with its LF. */
export function digestOf(lines: readonly (string | number)[]): string {
  const digest = sha256Text(lines.map((line) => `${line}\n`).join(""));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bids that stand on a task, in order of name. */
export function bidsOn(view: View, task: TaskId): readonly BidState[] {
  const bids = view.get(`auction/${task}`)?.bids;
  return bids === undefined
    ? NONE
    : Object.keys(bids)
        .toSorted()
        .map((agent) => bids[agent]!);
}

export function bidOf(view: View, task: TaskId, agent: string): BidState | undefined {
  return ownEntry(view.get(`auction/${task}`)?.bids, agent);
}

const NONE: readonly BidState[] = [];

export type AuctionPhase =
  | { readonly phase: "bids" | "reveals"; readonly until: number }
  /** It waits for a commit of somebody who does not bid. */
  | { readonly phase: "due" }
  /** `rank` 0 is the winner's. `until`: when the next turn begins; where it stands still, that comes later. */
  | {
      readonly phase: "turn";
      readonly rank: number;
      readonly agent: AgentId;
      readonly from: number;
      readonly until: number;
      /** The task is claimed, or cannot be taken for now. */
      readonly still: boolean;
    }
  /** Anybody may take it who may take it otherwise. */
  | { readonly phase: "anybody" };

/** The phase at log time `now` (milliseconds) of a task that is auctioned. */
export function phaseOf(view: View, task: TaskState, now: number): AuctionPhase {
  const { bidsUntil, revealsUntil } = task.auction!;
  if (now < bidsUntil) return { phase: "bids", until: bidsUntil };
  const auction = view.get(`auction/${task.id}`);
  if (auction === undefined || Object.keys(auction.bids).length === 0) return ANYBODY;
  if (auction.award !== undefined) return turnAt(view, task, auction.award, now);
  return now < revealsUntil ? { phase: "reveals", until: revealsUntil } : { phase: "due" };
}

const ANYBODY: AuctionPhase = { phase: "anybody" };

function turnAt(view: View, task: TaskState, award: AwardState, now: number): AuctionPhase {
  const turns = turnsAt(view, task, award, now);
  const rank = rankAt(turns, now);
  const turn = award.order[rank];
  if (turn === undefined) return ANYBODY;
  const from = beginOf(turns, rank);
  const { still } = turns;
  return { phase: "turn", rank, agent: turn.agent, from, until: from + turns.length, still };
}
