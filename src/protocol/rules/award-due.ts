/** [AU9] Makes the awards that are due. */
import type { AgentId, Oid, TaskId } from "../ids.ts";
import type { Overlay, TaskState, View } from "../state.ts";
import type { AwardState, BidState, WhyNot } from "../trust-state.ts";
import { bidsOn, bondOf } from "./auction.ts";
import { listAuctions } from "./auction-list.ts";
import { bestOfEach, placesOf, seedOf, weigh, type Contender } from "./award.ts";
import { refuseUnfit } from "./eligibility.ts";
import { releaseStake, stakeOf } from "./ledger.ts";
import { settings } from "./members.ts";
import { principalOf } from "./operators.ts";
import { prove } from "./trust/evidence.ts";
import { trustOf } from "./trust/table.ts";
import { loseBond, setTurn } from "./turns.ts";

/** In quarters: what not revealing counts as. */
const HALF_A_DEED = 2;
/** A standby keeps one part of so many of its stake locked. */
const STANDBY_SHARE = 4;

interface Commit {
  readonly state: Overlay;
  /** Log time in milliseconds. */
  readonly time: number;
  readonly author: AgentId;
  readonly commit: Oid;
}

/** To be called on the state after all records of a commit. Without open auctions it is one lookup. */
export function awardDue({ state, time, author, commit }: Commit): void {
  const open = state.get("auctions");
  if (open === undefined) return;
  const due = Object.keys(open)
    .filter((task) => time >= open[task]!)
    .toSorted()
    .map((id) => state.get(`task/${id}`)!)
    .filter((task) => mayAward(state, task, author));
  // What one award takes away does not change the trust that the next goes by.
  const awards = due.map((task) => awardOf(state, task, { at: time, commit }));
  due.forEach((task, at) => settle(state, task, awards[at]!));
  listAuctions(state, Object.fromEntries(due.map(({ id }) => [id, undefined])));
}

/** Whether a commit of this author awards: nobody who bids picks the moment. */
export function mayAward(view: View, task: TaskState, author: AgentId): boolean {
  const bids = bidsOn(view, task.id);
  if (bids.length === 0) return true;
  const own = principalOf(view, author);
  return bids.every(({ agent }) => principalOf(view, agent) !== own);
}

/** The award of a task's bids as they stand, on this state. */
export function awardOf(
  view: View,
  task: TaskState,
  { at, commit }: Pick<AwardState, "at" | "commit">,
): AwardState {
  const bids = bidsOn(view, task.id);
  const why = new Map<AgentId, WhyNot>();
  const contenders = bids.flatMap((bid): readonly Contender[] => {
    const flaw = flawOf(view, task, bid, at);
    if (flaw === undefined) return [contender(view, task.id, bid, at)];
    why.set(bid.agent, flaw);
    return [];
  });
  const weighed = weigh(contenders, bondOf(task));
  const counted = bestOfEach(weighed);
  const places = placesOf(counted, seedOf(settings(view).id, task.id, bids));
  const scores = new Map(counted.map(({ agent, score }) => [agent, score]));
  const placed = new Set(places.map(({ agent }) => agent));
  return {
    at,
    commit,
    order: places.map(({ agent, score }) => ({ agent, score })),
    others: bids
      .filter(({ agent }) => !placed.has(agent))
      .map(({ agent }) => ({
        agent,
        why: why.get(agent) ?? (scores.has(agent) ? "outbid" : "operator"),
        score: scores.get(agent),
      })),
    turn: { next: 0, base: at },
  };
}

function contender(view: View, task: TaskId, bid: BidState, now: number): Contender {
  return {
    agent: bid.agent,
    operator: principalOf(view, bid.agent),
    stake: lockedOn(view, task, bid.agent),
    eta: bid.eta!,
    trust: trustOf(view, bid.agent, now),
  };
}

function flawOf(view: View, task: TaskState, bid: BidState, now: number): WhyNot | undefined {
  if (bid.salt === undefined || bid.eta === undefined) return "unrevealed";
  const found = refuseUnfit(view, bid.agent, task, now)?.code;
  if (found === "skill-missing" || found === "trust-too-low") return found;
  if (found !== undefined) return "not-a-member";
  return lockedOn(view, task.id, bid.agent) < bondOf(task) ? "stake-lost" : undefined;
}

/** Less than was bid where its bidder was slashed meanwhile. */
function lockedOn(view: View, task: TaskId, agent: AgentId): number {
  return stakeOf(view, task, agent)?.amount ?? 0;
}

function settle(state: Overlay, task: TaskState, award: AwardState): void {
  const bids = state.get(`auction/${task.id}`)?.bids ?? {};
  state.set(`auction/${task.id}`, { bids, award });
  setTurn(state, task.id, award.turn);
  award.order.slice(1).forEach(({ agent }) => {
    const keep = Math.ceil(lockedOn(state, task.id, agent) / STANDBY_SHARE);
    releaseStake(state, task.id, agent, keep);
  });
  for (const other of award.others) {
    if (losesBond(state, other)) loseBond(state, task, other.agent);
    else releaseStake(state, task.id, other.agent);
    if (other.why === "unrevealed") prove(state, other.agent, HALF_A_DEED, award.at);
  }
}

/**
 * Whether a bidder is not awarded by what it did itself, or did not do: or each could reveal, see the others, and step
 * back for nothing. What others think of it, and who revokes it, is no act of its own.
 */
export function losesBond(
  view: View,
  { agent, why }: Pick<AwardState["others"][number], "agent" | "why">,
): boolean {
  if (why === "not-a-member") return view.get(`agent/${agent}`)?.status === "withdrawn";
  return why === "unrevealed" || why === "skill-missing";
}
