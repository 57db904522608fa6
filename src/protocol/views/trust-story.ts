/** Why an agent is trusted as far as it is. */
import type { SkillRecord } from "../capabilities-state.ts";
import type { AgentId } from "../ids.ts";
import { ANY_SKILL, deedsOf } from "../rules/deeds.ts";
import { BAD_WEIGHT } from "../rules/trust/constants.ts";
import { DENOUNCEMENT_WORTH, VOUCH_WORTH } from "../rules/trust/opinions.ts";
import {
  readTrustAnew,
  trustOfOne,
  type Experience,
  type Trusted,
  type TrustReading,
} from "./trust.ts";
import { factsOf, withoutFact, type TrustFact } from "./trust-facts.ts";
import { trustPaths, type TrustPath } from "./trust-paths.ts";

/**
 * To leave a fact out is to compute all scores anew. So many pairs are gone through for one story, which
 * takes seconds; at least so many facts are left out however many pairs there are.
 */
const LEAVE_OUT_PAIRS = 1_000_000;
const LEAVE_OUT_LEAST = 4;

/** `without`: the score without it, in thousandths; undefined where there are too many to compute each. */
export type WeighedFact = TrustFact & { readonly without: number | undefined };

export interface TrustStory {
  readonly trust: Trusted;
  /** What it has done since it came, whatever the skill or for the one that was asked for. */
  readonly did: SkillRecord;
  readonly paths: readonly TrustPath[];
  /** What adds or takes most first. */
  readonly facts: readonly WeighedFact[];
  /** What its vouches weigh, from 0 to 1: less than 1 where it vouches for somebody slashed. */
  readonly vouchesWeigh: number;
  /** What the asker knows of it at first hand, in faded deeds. */
  readonly own: Experience | undefined;
}

export function trustStory(reading: TrustReading, agent: AgentId): TrustStory {
  const { view, table, asked } = reading;
  const trust = trustOfOne(reading, agent);
  return {
    trust,
    did: deedsOf(view, agent, asked.skill ?? ANY_SKILL),
    paths: trustPaths(table, agent),
    facts: weighFacts(reading, trust),
    vouchesWeigh: table.weigh(agent),
    own: reading.own.get(agent),
  };
}

function weighFacts(reading: TrustReading, { agent, score }: Trusted): readonly WeighedFact[] {
  const { view, now, asked, table } = reading;
  const pairs = Math.max(1, table.ratings.from.length);
  const count = Math.max(LEAVE_OUT_LEAST, Math.floor(LEAVE_OUT_PAIRS / pairs));
  const effect = ({ without }: WeighedFact) => Math.abs(score - (without ?? score));
  return factsOf(view, agent, now)
    .toSorted((a, b) => weightOf(reading, b) - weightOf(reading, a))
    .map((fact, at): WeighedFact => {
      if (at >= count) return { ...fact, without: undefined };
      const without = readTrustAnew(withoutFact(view, agent, fact), asked);
      return { ...fact, without: trustOfOne(without, agent).score };
    })
    .toSorted((a, b) => effect(b) - effect(a));
}

/** In deeds: which facts are worth to be left out where not all can be. */
function weightOf({ table }: TrustReading, fact: TrustFact): number {
  if (fact.kind === "slash") return Number.MAX_VALUE;
  if (fact.kind === "lapses") return fact.deeds * fact.left;
  const { numbers, scores } = table;
  const rater = numbers.get(fact.by);
  if (rater === undefined) return 0;
  const weight = scores.reach[rater]! * scores.credibility[rater]! * fact.left;
  if (fact.kind === "deeds") return weight * fact.deeds * (fact.good ? 1 : BAD_WEIGHT);
  return (
    weight *
    (fact.kind === "vouch" ? VOUCH_WORTH[fact.vouch.level] : BAD_WEIGHT * DENOUNCEMENT_WORTH)
  );
}
