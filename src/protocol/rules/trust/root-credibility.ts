import { AGREEMENT_BASE, BAD_WEIGHT } from "./constants.ts";
import { capped } from "./local-trust.ts";
import type { Ratings } from "./quorum.ts";

/**
 * Roots anchor all else, so they are held only to one another: how far each agrees with the middle one of
 * what the other roots say. One that is bought stands alone; honest ones agree whatever attackers say.
 */
export function rootCredibility({ roots, from, to, good, bad }: Ratings): readonly number[] {
  const said = roots.map(() => new Map<number, number>());
  const counts = roots.map(() => new Map<number, number>());
  for (let pair = 0; pair < from.length; pair += 1) {
    const at = roots.indexOf(from[pair]!);
    const deeds = good[pair]! + bad[pair]!;
    if (at < 0 || deeds === 0) continue;
    said[at]!.set(to[pair]!, good[pair]! / (good[pair]! + BAD_WEIGHT * bad[pair]!));
    counts[at]!.set(to[pair]!, capped(deeds));
  }
  return roots.map((_, at) => {
    let agreed = 1;
    let compared = 1;
    for (const [agent, own] of said[at]!) {
      const others = said.flatMap((one, other) => (other === at ? [] : (one.get(agent) ?? [])));
      if (others.length < 2) continue;
      const weight = counts[at]!.get(agent)!;
      agreed += weight * (1 - Math.abs(own - middle(others)));
      compared += weight;
    }
    const above = (agreed / compared - AGREEMENT_BASE) / (1 - AGREEMENT_BASE);
    return above > 0 ? above * above : 0;
  });
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
