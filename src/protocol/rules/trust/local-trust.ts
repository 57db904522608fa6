/** What each rater makes of its subjects by itself, before anybody asks how far it is trusted. */
import { BAD_WEIGHT, DAMPING, EVIDENCE_CAP, ROOT_SHARE, SINK } from "./constants.ts";
import type { Ratings } from "./quorum.ts";

export function capped(deeds: number): number {
  return deeds < EVIDENCE_CAP ? deeds : EVIDENCE_CAP;
}

/** By rater: 5 + sum_k s_ik of quorum.ts. */
export function sumsOf(ratings: Ratings): Float64Array {
  const sums = new Float64Array(ratings.agents).fill(SINK);
  ratings.from.forEach((rater, pair) => (sums[rater]! += localOf(ratings, pair)));
  return sums;
}

/** By pair: which part of its rater's standing flows along it. */
export function sharesOf(ratings: Ratings, sums: Float64Array): Float64Array {
  return Float64Array.from(ratings.from, (rater, pair) => localOf(ratings, pair) / sums[rater]!);
}

/**
 * What a root lends directly to whom it trusts wholly, and so what a reach is measured in: the more a root has
 * rated, the less flows to each, and a reach must not shrink as a mound grows. `sum`: all that it lends.
 */
export function unitOf(sum: number): number {
  return (DAMPING * ROOT_SHARE * EVIDENCE_CAP) / Math.max(sum, SINK + EVIDENCE_CAP);
}

/** s_ij of quorum.ts. */
function localOf({ good, bad, vouched }: Ratings, pair: number): number {
  const praise = good[pair]! + (vouched?.[pair] ?? 0);
  return Math.max(0, capped(praise) - BAD_WEIGHT * capped(bad[pair]!));
}
