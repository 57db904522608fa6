import { unreachable } from "../../base/assert.ts";
import { WHOLE_SHARE } from "../../protocol/share.ts";
import { formatInstant } from "../../protocol/time.ts";
import { rootsOf, type Trusted, type TrustReading } from "../../protocol/views/trust.ts";
import type { TrustStory, WeighedFact } from "../../protocol/views/trust-story.ts";

/** Thousandths for people, in three digits. */
export function share(thousandths: number): string {
  return (thousandths / WHOLE_SHARE).toFixed(3);
}

/** Whose view it is, and of when. */
export function readingJson(reading: TrustReading) {
  return {
    from: reading.asked.from ?? null,
    for: reading.asked.skill ?? null,
    time: formatInstant(reading.now),
    roots: rootsOf(reading),
  };
}

/** Shares from 0 to 1; absent things are null. */
export function trustedJson(trusted: Trusted) {
  const { agent, score, confidence, reach, credibility, veto, bySkill } = trusted;
  return {
    agent,
    score: score / WHOLE_SHARE,
    confidence: confidence / WHOLE_SHARE,
    reach: reach / WHOLE_SHARE,
    credibility: credibility / WHOLE_SHARE,
    veto: veto === undefined ? null : veto / WHOLE_SHARE,
    by_skill: bySkill ?? null,
  };
}

export function storyJson({ trust, did, paths, facts, vouchesWeigh, own }: TrustStory) {
  return {
    ...trustedJson(trust),
    did,
    paths,
    facts: facts.map((fact) => factJson(fact, trust.score)),
    vouches_weigh: vouchesWeigh,
    own: own ?? null,
  };
}

function factJson(fact: WeighedFact, score: number) {
  const { without, left, gone } = fact;
  return {
    ...whatJson(fact),
    left,
    gone: formatInstant(gone),
    without: without === undefined ? null : without / WHOLE_SHARE,
    adds: without === undefined ? null : (score - without) / WHOLE_SHARE,
  };
}

function whatJson(fact: WeighedFact) {
  const { kind } = fact;
  switch (fact.kind) {
    case "deeds":
      return {
        kind,
        by: fact.by,
        week: formatInstant(fact.week),
        good: fact.good,
        deeds: fact.deeds,
      };
    case "lapses":
      return { kind, week: formatInstant(fact.week), good: false, deeds: fact.deeds };
    case "vouch": {
      const { level, scope, reason } = fact.vouch;
      return { kind, by: fact.by, level, scope, reason };
    }
    case "denouncement": {
      const { at, proof, reason } = fact.denounced;
      return { kind, by: fact.by, at: formatInstant(at), proof, reason };
    }
    case "slash": {
      const { at, quarters, proof } = fact.slash;
      return { kind, at: formatInstant(at), severity: quarters / 4, proof };
    }
    default:
      return unreachable(fact);
  }
}
