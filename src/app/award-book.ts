/**
 * That auctions were awarded to whom they had to be, proved apart from the judge's own entries: terms, bids and
 * reveals are read from the accepted records as they pass. Who is a member, what it can do and how far it is
 * trusted is read from the state, as it was after the records of the commit that awarded.
 */
import type { AgentId, Oid, TaskId } from "../protocol/ids.ts";
import type { Incoming } from "../protocol/kinds/incoming.ts";
import { bondOf } from "../protocol/rules/auction.ts";
import { bestOfEach, placesOf, seedOf, weigh, type Contender } from "../protocol/rules/award.ts";
import { refuseUnfit } from "../protocol/rules/eligibility.ts";
import { stakeOf } from "../protocol/rules/ledger.ts";
import { settings } from "../protocol/rules/members.ts";
import { principalOf } from "../protocol/rules/operators.ts";
import { trustOf } from "../protocol/rules/trust/table.ts";
import { type Delta, type Entries, Overlay, type View } from "../protocol/state.ts";
import type { AuctionState, BidState } from "../protocol/trust-state.ts";
import type { AwardFault, AwardsReport } from "./audit-report.ts";

/** The judge makes none of these: each is a bug of it, and a few of them say so as well as many. */
const FAULTS_KEPT = 1_000;

/** An auction that waits for its award. */
interface Waiting {
  readonly value: number;
  /** Milliseconds. */
  readonly until: number;
  readonly bids: readonly BidState[];
}

interface Place {
  readonly commit: Oid;
  readonly number: number;
  readonly time: number;
}

/** One accepted commit, and the state before it. */
interface Step extends Place {
  readonly before: View;
  readonly delta: Delta;
  readonly author: AgentId;
  readonly denounces: boolean;
}

export interface KeptAwards {
  readonly waiting: readonly (readonly [TaskId, Waiting])[];
  readonly awarded: number;
  readonly bids: number;
  readonly faults: readonly AwardFault[];
  readonly more: number;
}

type Body = {
  readonly id: TaskId;
  readonly task: TaskId;
  readonly agent: AgentId;
  readonly mode?: "auction";
  readonly value?: number;
  readonly reveals_until?: number;
  readonly stake?: number;
  readonly seal?: string;
  readonly eta?: number;
  readonly salt?: string;
  readonly status?: "withdrawn";
  readonly at: number;
};

/** What was found at one commit: auctions whose award is made, and what is wrong with it. */
export interface AwardsSeen {
  readonly awarded: readonly TaskId[];
  /** Nobody bid, so that there was nothing to award: they need no word of the judge. */
  readonly gone: readonly TaskId[];
  readonly faults: readonly AwardFault[];
}

export class AwardBook {
  readonly #waiting: Map<TaskId, Waiting>;
  #awarded: number;
  #bids: number;
  readonly #faults: AwardFault[];
  #more: number;

  constructor(kept?: KeptAwards) {
    this.#waiting = new Map(kept?.waiting);
    this.#awarded = kept?.awarded ?? 0;
    this.#bids = kept?.bids ?? 0;
    this.#faults = [...(kept?.faults ?? [])];
    this.#more = kept?.more ?? 0;
  }

  /** What an accepted commit says of auctions; once for each. */
  read(records: readonly Incoming[]): void {
    for (const { kind, fields } of records) {
      const body = fields as unknown as Body;
      if (kind === "task") this.#task(body);
      else if (kind === "cancel") this.#waiting.delete(body.task);
      else if (kind === "bid") this.#bid(body);
      else if (kind === "reveal") this.#reveal(body);
    }
  }

  /** Compares the awards that the commit had to make with those that it made; changes nothing. */
  look(step: Step): AwardsSeen {
    const awarded: TaskId[] = [];
    const gone: TaskId[] = [];
    const faults: AwardFault[] = [];
    const due = [...this.#waiting]
      .filter(([, { until }]) => step.time >= until)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const view = withoutAwards(
      step,
      due.flatMap(([, { bids }]) => bids.filter(isSilent).map(({ agent }) => agent)),
    );
    for (const [task, waiting] of this.#waiting) {
      const made = (step.delta.get(`auction/${task}`) as AuctionState | undefined)?.award;
      const expected = due.some(([id]) => id === task) && isStranger(view, step.author, waiting);
      if (expected && made === undefined && waiting.bids.length === 0) {
        gone.push(task);
        continue;
      }
      const code = expected
        ? made === undefined
          ? "missing"
          : step.denounces || isSame(made.order, orderOf(view, task, waiting, step))
            ? undefined
            : "another"
        : made === undefined
          ? undefined
          : "too-early";
      if (expected || made !== undefined) awarded.push(task);
      if (code !== undefined) faults.push({ code, task, commit: step.commit, number: step.number });
    }
    return { awarded, gone, faults };
  }

  take({ awarded, gone, faults }: AwardsSeen): void {
    for (const task of [...awarded, ...gone]) this.#waiting.delete(task);
    this.#awarded += awarded.length;
    for (const fault of faults) {
      if (this.#faults.length >= FAULTS_KEPT) this.#more += 1;
      else this.#faults.push(fault);
    }
  }

  get idle(): boolean {
    return this.#waiting.size === 0;
  }

  report(): AwardsReport {
    const { waiting: _waiting, ...counts } = this.keep();
    return { ...counts, waiting: this.#waiting.size };
  }

  keep(): KeptAwards {
    return {
      waiting: [...this.#waiting],
      awarded: this.#awarded,
      bids: this.#bids,
      faults: this.#faults,
      more: this.#more,
    };
  }

  /** New terms begin anew where no bid stands; where one does, they are as they were. */
  #task({ id, mode, value = 0, reveals_until: until }: Body): void {
    const bids = this.#waiting.get(id)?.bids ?? [];
    if (mode === "auction" && until !== undefined) this.#waiting.set(id, { value, until, bids });
    else this.#waiting.delete(id);
  }

  #bid({ task, agent, stake, seal, eta, status, at }: Body): void {
    if (status !== "withdrawn") this.#bids += 1;
    const own = { agent, stake: stake ?? 0, seal: seal ?? "", eta, salt: undefined, at };
    this.#change(task, agent, status === "withdrawn" ? [] : [own]);
  }

  #reveal({ task, agent, eta, salt }: Body): void {
    const own = this.#waiting.get(task)?.bids.find((bid) => bid.agent === agent);
    if (own !== undefined) this.#change(task, agent, [{ ...own, eta, salt }]);
  }

  #change(task: TaskId, agent: AgentId, own: readonly BidState[]): void {
    const waiting = this.#waiting.get(task);
    if (waiting === undefined) return;
    const others = waiting.bids.filter((bid) => bid.agent !== agent);
    this.#waiting.set(task, { ...waiting, bids: [...others, ...own] });
  }
}

function isSilent({ salt }: BidState): boolean {
  return salt === undefined;
}

function isStranger(view: View, author: AgentId, { bids }: Waiting): boolean {
  const own = principalOf(view, author);
  return bids.every(({ agent }) => principalOf(view, agent) !== own);
}

/** The state after the records of a commit: without the half deed that its awards hold against the silent. */
function withoutAwards({ before, delta }: Step, silent: readonly AgentId[]): View {
  const view = new Overlay(before);
  view.apply(delta);
  for (const agent of silent) {
    const proven = view.get(`proven/${agent}`);
    if (proven === undefined || !delta.has(`proven/${agent}`)) continue;
    view.set(`proven/${agent}`, [...proven.slice(0, -1), proven.at(-1)! - HALF_A_DEED]);
  }
  // Another entry than any state has: what was computed of those is not of this one.
  view.set("trust", { count: -1 });
  return view;
}

/** In quarters. */
const HALF_A_DEED = 2;

type Order = Entries[`auction/${string}`]["award"] & object;

function orderOf(
  view: View,
  id: TaskId,
  { value, bids }: Waiting,
  { time, before }: Step,
): Order["order"] {
  const task = view.get(`task/${id}`)!;
  const bond = bondOf({ value });
  const contenders = bids.flatMap(({ agent, eta, salt }): readonly Contender[] => {
    const stake = stakeOf(before, id, agent)?.amount ?? 0;
    const counts = salt !== undefined && eta !== undefined && stake >= bond;
    if (!counts || refuseUnfit(view, agent, task, time) !== undefined) return [];
    const operator = principalOf(view, agent);
    return [{ agent, operator, stake, eta, trust: trustOf(view, agent, time) }];
  });
  const seed = seedOf(settings(view).id, id, bids);
  const places = placesOf(bestOfEach(weigh(contenders, bond)), seed);
  return places.map(({ agent, score }) => ({ agent, score }));
}

function isSame(a: Order["order"], b: Order["order"]): boolean {
  return (
    a.length === b.length &&
    a.every(({ agent, score }, at) => agent === b[at]!.agent && score === b[at]!.score)
  );
}
