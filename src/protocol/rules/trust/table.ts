/** The scores of all members at a state, computed in full when they are first asked for. */
import type { AgentId } from "../../ids.ts";
import type { View } from "../../state.ts";
import type { Level, VouchState } from "../../trust-state.ts";
import { ANY_SKILL } from "../deeds.ts";
import { effectiveRoots } from "../members.ts";
import { WHOLE_SHARE } from "../../share.ts";
import { EPOCH_MS, epochOf, leftOf } from "./epochs.ts";
import { DEED } from "./evidence.ts";
import { quorumTrust, type Ratings, type TrustScores } from "./quorum.ts";

/** Good deeds that a vouch is worth. */
const WORTH: Readonly<Record<Level, number>> = { low: 1, medium: 2, high: 4 };

export interface Trust {
  /** Expected goodness of the next work, in thousandths: what thresholds are compared with. */
  readonly score: number;
  /** How much of it is evidence rather than prior, in thousandths. */
  readonly confidence: number;
}

export interface TrustTable {
  /** Of who is nobody or has done nothing: 0 and 0. */
  of(agent: string): Trust;
  readonly agents: readonly AgentId[];
  readonly ratings: Ratings;
  readonly scores: TrustScores;
}

/** Trust at log time `now` (milliseconds); kept for as long as nothing changed and the week is the same. */
function trustTable(view: View, now: number): TrustTable {
  const marker = view.get("trust") ?? NOTHING;
  const mound = view.get("mound")!;
  const kept = CACHE.get(marker);
  if (kept !== undefined && kept.mound === mound && kept.now <= now && now < kept.until)
    return kept.table;
  const table = compute(view, now);
  CACHE.set(marker, { mound, now, until: table.until, table });
  return table;
}

/** Shorthand for one agent. */
export function trustOf(view: View, agent: string, now: number): Trust {
  return trustTable(view, now).of(agent);
}

const NOTHING = {};
const CACHE = new WeakMap<
  object,
  {
    readonly mound: object;
    readonly now: number;
    readonly until: number;
    readonly table: TrustTable;
  }
>();
const UNKNOWN: Trust = { score: 0, confidence: 0 };

function compute(view: View, now: number): TrustTable & { readonly until: number } {
  const agents = membersOf(view);
  const numbers = new Map<string, number>(agents.map((agent, number) => [agent, number]));
  const pairs: Pair[] = [];
  let until = Number.POSITIVE_INFINITY;
  agents.forEach((agent, to) => {
    const merged = new Map<number, { good: number; bad: number }>();
    const add = (rater: string, good: number, bad: number) => {
      const from = numbers.get(rater);
      if (from === undefined || from === to) return;
      const sum = merged.get(from) ?? { good: 0, bad: 0 };
      merged.set(from, { good: sum.good + good, bad: sum.bad + bad });
    };
    for (const [rater, ratings] of sorted(view.get(`evidence/${agent}`))) {
      const { good, bad } = faded(ratings[ANY_SKILL] ?? [], now);
      add(rater, good, bad);
    }
    for (const [issuer, vouch] of sorted(view.get(`vouch/${agent}`))) {
      if (vouch.scope !== "all" || !inForce(vouch, now)) continue;
      until = Math.min(until, vouch.until);
      add(issuer, WORTH[vouch.level], 0);
    }
    for (const [from, sum] of merged) pairs.push({ from, to, ...sum });
  });
  pairs.sort((a, b) => a.from - b.from || a.to - b.to);
  const roots = effectiveRoots(view)
    .map((root) => numbers.get(root.agent)!)
    .toSorted((a, b) => a - b);
  const ratings: Ratings = {
    agents: agents.length,
    from: Int32Array.from(pairs, ({ from }) => from),
    to: Int32Array.from(pairs, ({ to }) => to),
    good: Float64Array.from(pairs, ({ good }) => good),
    bad: Float64Array.from(pairs, ({ bad }) => bad),
    proven: Float64Array.from(agents, (agent) => provenOf(view, agent, now)),
    roots,
  };
  const scores = quorumTrust(ratings);
  return {
    agents,
    ratings,
    scores,
    until: Math.min(until, (epochOf(now) + 1) * EPOCH_MS),
    of(agent) {
      const number = numbers.get(agent);
      if (number === undefined) return UNKNOWN;
      return {
        score: Math.floor(scores.score[number]! * WHOLE_SHARE),
        confidence: Math.floor(scores.confidence[number]! * WHOLE_SHARE),
      };
    },
  };
}

interface Pair {
  readonly from: number;
  readonly to: number;
  readonly good: number;
  readonly bad: number;
}

function membersOf(view: View): readonly AgentId[] {
  return view
    .keys("agent/")
    .map((key) => key.slice("agent/".length) as AgentId)
    .filter((agent) => view.get(`agent/${agent}`)!.status === "active");
}

/** The order of a record's names is not the same everywhere. */
function sorted<T>(
  entry: Readonly<Record<string, T>> | undefined,
): readonly (readonly [string, T])[] {
  return Object.entries(entry ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function inForce({ until }: VouchState, now: number): boolean {
  return now < until;
}

function faded(numbers: readonly number[], now: number): { good: number; bad: number } {
  let good = 0;
  let bad = 0;
  for (let at = 0; at < numbers.length; at += 3) {
    const left = leftOf(numbers[at]!, now) / DEED;
    good += numbers[at + 1]! * left;
    bad += numbers[at + 2]! * left;
  }
  return { good, bad };
}

function provenOf(view: View, agent: AgentId, now: number): number {
  const numbers = view.get(`proven/${agent}`) ?? [];
  let sum = 0;
  for (let at = 0; at < numbers.length; at += 2)
    sum += numbers[at + 1]! * (leftOf(numbers[at]!, now) / DEED);
  return sum;
}
