/** What each rater makes of its subjects by itself, before anybody asks how far it is trusted. */
import { BAD_WEIGHT, EVIDENCE_CAP, SINK } from "./constants.ts";
import type { Ratings } from "./quorum.ts";

export function capped(deeds: number): number {
  return deeds < EVIDENCE_CAP ? deeds : EVIDENCE_CAP;
}

/** By rater: 5 + sum_k s_ik of quorum.ts. */
export function sumsOf({ agents, from, good, bad }: Ratings): Float64Array {
  const sums = new Float64Array(agents).fill(SINK);
  for (let pair = 0; pair < from.length; pair += 1)
    sums[from[pair]!]! += localOf(good[pair]!, bad[pair]!);
  return sums;
}

/** By pair: which part of its rater's standing flows along it. */
export function sharesOf({ from, good, bad }: Ratings, sums: Float64Array): Float64Array {
  return Float64Array.from(
    from,
    (rater, pair) => localOf(good[pair]!, bad[pair]!) / sums[rater]!,
  );
}

/** s_ij of quorum.ts. */
function localOf(good: number, bad: number): number {
  return Math.max(0, capped(good) - BAD_WEIGHT * capped(bad));
}
