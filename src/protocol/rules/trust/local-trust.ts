/** What each rater makes of its subjects by itself, before anybody asks how far it is trusted. */
import { BAD_WEIGHT, EVIDENCE_CAP, SINK } from "./constants.ts";
import type { Ratings } from "./quorum.ts";

export function capped(deeds: number): number {
  return deeds < EVIDENCE_CAP ? deeds : EVIDENCE_CAP;
}

/** By pair: which part of its rater's standing flows along it; s_ij / (sink + sum_k s_ik) of quorum.ts. */
export function sharesOf({ agents, from, good, bad }: Ratings): Float64Array {
  const local = new Float64Array(from.length);
  const sums = new Float64Array(agents).fill(SINK);
  for (let pair = 0; pair < from.length; pair += 1) {
    local[pair] = Math.max(0, capped(good[pair]!) - BAD_WEIGHT * capped(bad[pair]!));
    sums[from[pair]!]! += local[pair]!;
  }
  return local.map((trust, pair) => trust / sums[from[pair]!]!);
}
