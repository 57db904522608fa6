/** Along which ratings the trust of each root reaches an agent. */
import type { AgentId } from "../ids.ts";
import { DAMPING, ROOT_SHARE } from "../rules/trust/constants.ts";
import { sharesOf, sumsOf } from "../rules/trust/local-trust.ts";
import type { TrustTable } from "../rules/trust/table.ts";

export interface TrustPath {
  readonly root: AgentId;
  /** The path that carries most, from the root to the agent; empty where there is none. */
  readonly path: readonly AgentId[];
  /** What that path carries, and what all paths together do: the root starts with `ROOT_SHARE`. */
  readonly carried: number;
  readonly reached: number;
}

/** In the order of the roots. */
export function trustPaths(table: TrustTable, agent: AgentId): readonly TrustPath[] {
  const { numbers, ratings, scores, agents } = table;
  const target = numbers.get(agent);
  if (target === undefined) return [];
  const shares = sharesOf(ratings, sumsOf(ratings));
  const credit = shares.map(
    (share, pair) => DAMPING * scores.credibility[ratings.from[pair]!]! * share,
  );
  return ratings.roots.map((root, at) => {
    const { best, before } = strongest(table, credit, root);
    const path: AgentId[] = [];
    if (best[target]! > 0)
      for (let one = target; one >= 0; one = before[one]!) path.unshift(agents[one]!);
    return {
      root: agents[root]!,
      path,
      carried: best[target]!,
      reached: scores.byRoot[at]![target]!,
    };
  });
}

/**
 * Bellman and Ford's relaxation with products in place of sums: no rating carries more than it gets, so that
 * it ends when nothing changes any more. Of equal paths the first in order of pairs stays.
 */
function strongest(
  { ratings }: TrustTable,
  credit: Float64Array,
  root: number,
): { readonly best: Float64Array; readonly before: Int32Array } {
  const best = new Float64Array(ratings.agents);
  const before = new Int32Array(ratings.agents).fill(-1);
  best[root] = ROOT_SHARE;
  for (let changed = true; changed;) {
    changed = false;
    for (let pair = 0; pair < credit.length; pair += 1) {
      const [from, to] = [ratings.from[pair]!, ratings.to[pair]!];
      const carried = best[from]! * credit[pair]!;
      if (carried <= best[to]!) continue;
      best[to] = carried;
      before[to] = from;
      changed = true;
    }
  }
  return { best, before };
}
