/**
 * The constants of the score, fixed before `npm run bench:trust` was first run with the seeds that it reports
 * (from 40261 on); they were chosen with 101 to 110, and those from 20261 and 30261 on were seen in between. Where each
 * comes from is said beside it.
 */

/** Evidence of one pair counts up to this much: nobody's praise of one friend weighs more. */
export const EVIDENCE_CAP = 10;
/** One bad deed weighs as three good ones: whoever turns is found out sooner than they paid for it. */
export const BAD_WEIGHT = 3;
/** A sink beside the subjects of each rater: one edge carries little, and a second hardly thins the first. */
export const SINK = 5;
/** How much of a rater's standing flows on (LipschiTrust's beta). */
export const DAMPING = 0.8;
/** What each root starts with; with the damping a root among roots stays at or under 1. */
export const ROOT_SHARE = 0.8;
/** Steps of a propagation: 0.8 to the 32nd is under a thousandth. */
export const STEPS = 32;
/** Passes of credibility, of which each goes half of the way: what the first one got wrong is down to a thirtieth. */
export const PASSES = 6;
/** With so many roots and more, the second largest counts: one bad root lifts nobody. */
export const QUORUM_ROOTS = 3;
/** Strength of the prior that vouches make, in deeds. */
export const PRIOR = 4;
/** A rater is compared with others only where these know at least so much of the subject. */
export const INDEPENDENT_MIN = 0.05;
/** Agreement at or under one half is none: guessing agrees as often. */
export const AGREEMENT_BASE = 0.5;
/** Deeds that a rater must have seen to be held to half of what sets it apart from others. */
export const DOUBT = 3;
