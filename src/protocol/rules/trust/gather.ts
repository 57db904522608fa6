/** Brings what the state holds of who said what of whom into the numbers that the quorum computes with. */
import type { AgentId } from "../../ids.ts";
import type { View } from "../../state.ts";
import { effectiveRoots } from "../members.ts";
import { EPOCH_MS, epochOf, leftOf } from "./epochs.ts";
import { EVIDENCE_CAP } from "./constants.ts";
import { DEED } from "./evidence.ts";
import { hearAll, type Weigh } from "./opinions.ts";
import type { Ratings } from "./quorum.ts";
import { vouchersLoss } from "./slashed.ts";
import { startsOf } from "./starts.ts";

export interface Gathered {
  /** The members in force, sorted. */
  readonly agents: readonly AgentId[];
  /** Where in that order each is. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly ratings: Ratings;
  /** What is left of the vouches of each issuer. */
  readonly weigh: Weigh;
  /** The log times (milliseconds) between which all of this is the same on the same state; `until` is outside. */
  readonly since: number;
  readonly until: number;
}

/** `root`: somebody who is taken for a root besides those of the mound. */
export function gather(view: View, now: number, root?: AgentId): Gathered {
  // Asked for as a whole: a view that is partly loaded loads what trust is computed from in one go.
  const agents = membersOf(view);
  view.keys("evidence/");
  const numbers = new Map<string, number>(agents.map((agent, number) => [agent, number]));
  const loss = vouchersLoss(view, now);
  const weigh: Weigh = (issuer) => loss.get(issuer) ?? 1;
  const roots = new Set(effectiveRoots(view).map(({ agent }) => agent));
  if (root !== undefined) roots.add(root);
  const ratings: Ratings = {
    agents: agents.length,
    ...halveMutual(pairsOf(view, agents, numbers, weigh, now), agents.length),
    proven: Float64Array.from(agents, (agent) => provenOf(view, agent, now)),
    roots: [...roots].map((agent) => numbers.get(agent)!).toSorted((a, b) => a - b),
  };
  return { agents, numbers, ratings, weigh, ...spanOf(view, now) };
}

const MUTUAL_CAP = EVIDENCE_CAP / 2;

/** Bad deeds that nobody need say, as they have faded. */
function provenOf(view: View, agent: AgentId, now: number): number {
  const numbers = view.get(`proven/${agent}`) ?? [];
  let sum = 0;
  for (let at = 0; at < numbers.length; at += 2)
    sum += numbers[at + 1]! * (leftOf(numbers[at]!, now) / DEED);
  return sum;
}

/** Sorted: bytewise, as names of agents are ASCII. */
function membersOf(view: View): readonly AgentId[] {
  return view
    .keys("agent/")
    .map((key) => key.slice("agent/".length) as AgentId)
    .filter((agent) => view.get(`agent/${agent}`)!.status === "active");
}

type Pairs = Required<Pick<Ratings, "from" | "to" | "good" | "bad" | "vouched">>;

/** Numbers in arrays, for there are many pairs; each is found by the subject and then sorted by the rater. */
function pairsOf(
  view: View,
  agents: readonly AgentId[],
  numbers: ReadonlyMap<string, number>,
  weigh: Weigh,
  now: number,
): Pairs {
  const found = {
    from: [] as number[],
    to: [] as number[],
    good: [] as number[],
    bad: [] as number[],
    vouched: [] as number[],
  };
  /** By rater: the place of what it says of the subject, when it is at or after the subject's first. */
  const places = new Int32Array(agents.length).fill(-1);
  agents.forEach((agent, to) => {
    const first = found.from.length;
    hearAll(view, agent, now, weigh, (rater, good, bad, vouched) => {
      const from = numbers.get(rater);
      if (from === undefined || from === to) return;
      const place = places[from]!;
      if (place >= first) {
        found.good[place]! += good;
        found.bad[place]! += bad;
        found.vouched[place]! += vouched;
        return;
      }
      places[from] = found.from.length;
      found.from.push(from);
      found.to.push(to);
      found.good.push(good);
      found.bad.push(bad);
      found.vouched.push(vouched);
    });
  });
  return sortedByRater(found, agents.length);
}

/** The subjects come in order already: those of one rater stay in it. */
function sortedByRater(
  found: Readonly<Record<keyof Pairs, readonly number[]>>,
  agents: number,
): Pairs {
  const count = found.from.length;
  const next = startsOf(found.from, agents);
  const [from, to] = [new Int32Array(count), new Int32Array(count)];
  const [good, bad] = [new Float64Array(count), new Float64Array(count)];
  const vouched = new Float64Array(count);
  for (let pair = 0; pair < count; pair += 1) {
    const rater = found.from[pair]!;
    const place = next[rater]!;
    next[rater] = place + 1;
    from[place] = rater;
    to[place] = found.to[pair]!;
    good[place] = found.good[pair]!;
    bad[place] = found.bad[pair]!;
    vouched[place] = found.vouched[pair]!;
  }
  return { from, to, good, bad, vouched };
}

/** Who praise each other count half: also where each says so much good that it is capped. */
function halveMutual(pairs: Pairs, agents: number): Pairs {
  const { from, to, good } = pairs;
  const starts = startsOf(from, agents);
  const halved = good.map((deeds, pair) => {
    if (deeds <= MUTUAL_CAP) return deeds;
    const back = find(to, from[pair]!, starts[to[pair]!]!, starts[to[pair]! + 1]!);
    return back >= 0 && good[back]! > 0 ? MUTUAL_CAP : deeds;
  });
  return { ...pairs, good: halved };
}

/** Where a sorted stretch of numbers has this one; -1: nowhere. */
function find(sorted: Int32Array, wanted: number, start: number, end: number): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low < end && sorted[low] === wanted ? low : -1;
}

/** Within one epoch nothing fades; only vouches end at any time. */
function spanOf(view: View, now: number): { readonly since: number; readonly until: number } {
  let since = epochOf(now) * EPOCH_MS;
  let until = since + EPOCH_MS;
  for (const key of view.keys("vouch/") as readonly `vouch/${string}`[]) {
    const vouches = view.get(key)!;
    for (const issuer of Object.keys(vouches)) {
      const end = vouches[issuer]!.until;
      if (end <= now) since = Math.max(since, end);
      else until = Math.min(until, end);
    }
  }
  return { since, until };
}
