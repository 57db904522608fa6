/** What members say of one of them at a log time: deeds that have faded, vouches and denouncements. */
import type { View } from "../../state.ts";
import type { Level } from "../../trust-state.ts";
import { ANY_SKILL } from "../deeds.ts";
import { epochOf, leftOf } from "./epochs.ts";
import { DEED } from "./evidence.ts";
import { ALL_SKILLS, liveVouches, subjectOf } from "./vouches.ts";

/** Good deeds that a vouch is worth. */
export const VOUCH_WORTH: Readonly<Record<Level, number>> = { low: 1, medium: 2, high: 4 };
/** Bad deeds that a denouncement is worth: as many as the highest vouch, and they weigh as bad ones do. */
export const DENOUNCEMENT_WORTH = 4;

/** Takes what one member says of the subject, in deeds, and what its vouch is worth; it may be called several times for one member. */
export type Hear = (rater: string, good: number, bad: number, vouched: number) => void;

/** What is said of an agent whatever the skill. Of one member, the order of what it says is always the same. */
export function hearAll(view: View, subject: string, now: number, weigh: Weigh, hear: Hear): void {
  hearDeeds(view, subject, ANY_SKILL, now, hear);
  hearVouches(view, subject, (scope) => scope === ALL_SKILLS, now, weigh, hear);
  const denounced = view.get(`denounced/${subject}`);
  for (const issuer in denounced) {
    const left = leftOf(epochOf(denounced[issuer]!.at), now);
    if (left > 0) hear(issuer, 0, DENOUNCEMENT_WORTH * left, 0);
  }
}

/** What is said of its deeds at one skill alone, and by vouches for that. */
export function hearOfSkill(
  view: View,
  subject: string,
  skill: string,
  now: number,
  weigh: Weigh,
  hear: Hear,
): void {
  hearDeeds(view, subject, skill, now, hear);
  hearVouches(view, subject, (scope) => covers(scope, skill), now, weigh, hear);
}

/** What is left of a vouch of its issuer, from 0 to 1. */
export type Weigh = (issuer: string) => number;

function hearDeeds(view: View, subject: string, skill: string, now: number, hear: Hear): void {
  const evidence = view.get(`evidence/${subject}`);
  for (const rater in evidence) {
    const ratings = evidence[rater]!;
    if (!Object.hasOwn(ratings, skill)) continue;
    const numbers = ratings[skill]!;
    let [good, bad] = [0, 0];
    for (let at = 0; at < numbers.length; at += 3) {
      const left = leftOf(numbers[at]!, now) / DEED;
      good += numbers[at + 1]! * left;
      bad += numbers[at + 2]! * left;
    }
    if (good + bad > 0) hear(rater, good, bad, 0);
  }
}

function hearVouches(
  view: View,
  subject: string,
  counts: (scope: string) => boolean,
  now: number,
  weigh: Weigh,
  hear: Hear,
): void {
  // A fingerprint is a digest: it is taken of those only for whom somebody speaks.
  const who = view.get(`vouch/${subject}`) === undefined ? undefined : subjectOf(view, subject);
  if (who === undefined) return;
  for (const [issuer, { scope, level }] of liveVouches(view, who, now))
    if (counts(scope)) hear(issuer, 0, 0, VOUCH_WORTH[level] * weigh(issuer));
}

/** A skill by its name, or by its beginning and `*`; vouches for all are in the general score already. */
function covers(scope: string, skill: string): boolean {
  if (scope === ALL_SKILLS) return false;
  return scope.endsWith("*") ? skill.startsWith(scope.slice(0, -1)) : scope === skill;
}
