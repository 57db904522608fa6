/** The scores of all members at a state, computed in full when they are first asked for. */
import type { AgentId } from "../../ids.ts";
import { WHOLE_SHARE } from "../../share.ts";
import type { View } from "../../state.ts";
import { BAD_WEIGHT, PRIOR, QUORUM_ROOTS } from "./constants.ts";
import { gather, type Gathered } from "./gather.ts";
import { capped } from "./local-trust.ts";
import { hearOfSkill } from "./opinions.ts";
import { quorumTrust, type TrustScores } from "./quorum.ts";
import { leftAfterSlashes } from "./slashed.ts";

/**
 * Evidence about a skill, in deeds weighed by who saw them, from which on it has a score of its own: the half
 * of the prior, so that two deeds which a fully trusted member saw are enough.
 */
const SKILL_EVIDENCE = 2;

export interface Trust {
  /** Expected goodness of the next work, in thousandths: what thresholds are compared with. */
  readonly score: number;
  /** How much of it is evidence rather than prior, in thousandths. */
  readonly confidence: number;
  /** Where it was asked for at a skill: whether it rests on work at that, or too little of it is known. */
  readonly bySkill?: boolean;
}

export interface TrustTable extends Gathered {
  readonly scores: TrustScores;
  /** By agent: what slashes have left of the score, from 0 to 1. */
  readonly left: Float64Array;
}

/** Trust of one agent at log time `now` (milliseconds); 0 and 0 of who is no member or unknown to all. */
export function trustOf(view: View, agent: string, now: number): Trust {
  return trustIn(trustTable(view, now), agent);
}

/**
 * The same for work that needs a skill: the general score is the prior, and deeds at that skill the evidence,
 * where there are enough; else the general score.
 */
export function trustFor(view: View, agent: string, skill: string, now: number): Trust {
  return trustForIn(trustTable(view, now), view, agent, skill, now);
}

/** Kept for as long as nothing changed and nothing fades. */
export function trustTable(view: View, now: number): TrustTable {
  // Every change to what trust is computed from leaves a new object there, but changes to the roots.
  const marker = view.get("trust");
  const mound = view.get("mound")!;
  const kept = marker === undefined ? undefined : KEPT.get(marker);
  if (kept?.mound === mound && kept.table.since <= now && now < kept.table.until) return kept.table;
  const table = computeTrust(view, now);
  if (marker !== undefined) KEPT.set(marker, { mound, table });
  return table;
}

const KEPT = new WeakMap<object, { readonly mound: object; readonly table: TrustTable }>();

/** Anew, whatever is kept. `root`: somebody who is taken for a root besides those of the mound. */
export function computeTrust(view: View, now: number, root?: AgentId): TrustTable {
  const gathered = gather(view, now, root);
  const left = Float64Array.from(gathered.agents, (agent) => leftAfterSlashes(view, agent, now));
  return { ...gathered, scores: quorumTrust(gathered.ratings), left };
}

/** What a table says of one agent. */
export function trustIn(table: TrustTable, agent: string): Trust {
  const { numbers, scores, left, ratings } = table;
  const number = numbers.get(agent);
  if (number === undefined) return { score: 0, confidence: 0 };
  // The mound's settings name the roots, with the signatures of as many of them as its threshold asks for.
  const score = ratings.roots.includes(number) ? 1 : scores.score[number]!;
  return {
    score: thousandths(score * left[number]!),
    confidence: thousandths(scores.confidence[number]!),
  };
}

/** What a table says of one agent at a skill, on the state that it was computed on. */
export function trustForIn(
  table: TrustTable,
  view: View,
  agent: string,
  skill: string,
  now: number,
): Trust {
  const number = table.numbers.get(agent);
  if (number === undefined || table.ratings.roots.includes(number)) return trustIn(table, agent);
  const [good, bad] = weighSkill(table, view, agent, skill, now);
  if (good + bad < SKILL_EVIDENCE) return { ...trustIn(table, agent), bySkill: false };
  const strength = PRIOR + good + bad;
  const score = (PRIOR * table.scores.score[number]! + good) / strength;
  return {
    score: thousandths(score * table.left[number]!),
    confidence: thousandths((good + bad) / strength),
    bySkill: true,
  };
}

/** Good and bad deeds at a skill, each by the weight of who saw it, in the order of the raters. */
function weighSkill(
  { numbers, scores, weigh, ratings }: TrustTable,
  view: View,
  agent: string,
  skill: string,
  now: number,
): readonly [number, number] {
  const said = new Map<number, readonly [number, number]>();
  hearOfSkill(view, agent, skill, now, weigh, (rater, good, bad, vouched) => {
    const from = numbers.get(rater);
    if (from === undefined || rater === agent) return;
    const before = said.get(from) ?? [0, 0];
    said.set(from, [before[0] + good + vouched, before[1] + bad]);
  });
  let [good, bad, mostGood, mostBad] = [0, 0, 0, 0];
  for (const from of [...said.keys()].toSorted((a, b) => a - b)) {
    const weight = scores.reach[from]! * scores.credibility[from]!;
    const praise = weight * capped(said.get(from)![0]);
    const blame = BAD_WEIGHT * weight * capped(said.get(from)![1]);
    [good, mostGood] = [good + praise, Math.max(mostGood, praise)];
    [bad, mostBad] = [bad + blame, Math.max(mostBad, blame)];
  }
  // As for whatever skill: with three roots and more nobody's word is enough by itself.
  if (ratings.roots.length < QUORUM_ROOTS) return [good, bad];
  return [Math.max(0, good - mostGood), Math.max(0, bad - mostBad)];
}

function thousandths(share: number): number {
  return Math.floor(share * WHOLE_SHARE);
}
