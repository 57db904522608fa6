import fc from "fast-check";
import { DirectedGraph } from "graphology";
import pagerankModule from "graphology-metrics/centrality/pagerank.js";
import { describe, expect, test } from "vitest";
import {
  BAD_WEIGHT,
  DAMPING,
  EVIDENCE_CAP,
  ROOT_SHARE,
  SINK,
} from "../../../src/protocol/rules/trust/constants.ts";
import { quorumTrust, type Ratings } from "../../../src/protocol/rules/trust/quorum.ts";
import { runs } from "../../support/scale.ts";

/** Its declarations are of an ECMAScript module, and it is none. */
const pagerank = pagerankModule as unknown as typeof pagerankModule.default;

interface Rating {
  readonly from: number;
  readonly to: number;
  readonly good: number;
  readonly bad: number;
}

function ratingsOf(
  agents: number,
  roots: readonly number[],
  said: readonly Rating[],
  proven: readonly number[] = [],
): Ratings {
  const pairs = new Map(
    said.filter(({ from, to }) => from !== to).map((one) => [one.from * agents + one.to, one]),
  );
  const sorted = [...pairs].toSorted(([a], [b]) => a - b).map(([, one]) => one);
  return {
    agents,
    from: Int32Array.from(sorted, ({ from }) => from),
    to: Int32Array.from(sorted, ({ to }) => to),
    good: Float64Array.from(sorted, ({ good }) => good),
    bad: Float64Array.from(sorted, ({ bad }) => bad),
    proven: Float64Array.from({ length: agents }, (_, at) => proven[at] ?? 0),
    roots,
  };
}

/** c_ij times the damping, after the head of quorum.ts and not after its code. */
function flowAlong(ratings: Ratings, credibility: Float64Array): Float64Array {
  const { from, good, bad, agents } = ratings;
  const local = Array.from(from, (_, pair) =>
    Math.max(
      0,
      Math.min(good[pair]!, EVIDENCE_CAP) - BAD_WEIGHT * Math.min(bad[pair]!, EVIDENCE_CAP),
    ),
  );
  const sums = Array.from({ length: agents }, () => SINK);
  from.forEach((rater, pair) => (sums[rater]! += local[pair]!));
  return Float64Array.from(
    from,
    (rater, pair) => (DAMPING * credibility[rater]! * local[pair]!) / sums[rater]!,
  );
}

/** Ratings of agents 1 and above by anybody; nobody rates the root, so that no cap is reached. */
function someRatings(agents: number) {
  return fc.array(
    fc.record({
      from: fc.oneof(fc.constant(0), fc.nat(agents - 1)),
      to: fc.integer({ min: 1, max: agents - 1 }),
      good: fc.integer({ min: 0, max: 60 }).map((quarters) => quarters / 4),
      bad: fc.integer({ min: 0, max: 8 }).map((quarters) => quarters / 4),
    }),
    { minLength: 5, maxLength: 120 },
  );
}

describe("the flow of trust", () => {
  /**
   * Personalised PageRank is PageRank where who jumps lands at the root. graphology has no jumps but to
   * everybody, so these are edges: each agent has one to the root for all that its ratings do not carry,
   * and alpha is 1. What flows to an agent is then to the root's share as their ranks are.
   */
  test("with the caps out of reach is a personalised PageRank, as graphology computes it", () => {
    let reached = 0;
    fc.assert(
      fc.property(someRatings(20), (said) => {
        const ratings = ratingsOf(20, [0], said);
        const { byRoot, credibility } = quorumTrust(ratings);
        const carried = flowAlong(ratings, credibility);
        const graph = new DirectedGraph();
        for (let agent = 0; agent < 20; agent += 1) graph.addNode(agent);
        const kept = Array.from({ length: 20 }, () => 1);
        carried.forEach((weight, pair) => {
          kept[ratings.from[pair]!]! -= weight;
          if (weight > 0) graph.addEdge(ratings.from[pair]!, ratings.to[pair]!, { weight });
        });
        kept.forEach((weight, agent) => graph.addEdge(agent, 0, { weight }));
        const options = {
          getEdgeWeight: "weight",
          alpha: 1,
          tolerance: 1e-12,
          maxIterations: 1_000,
        };
        const ranks = pagerank(graph, options);
        for (let agent = 0; agent < 20; agent += 1) {
          const expected = (ROOT_SHARE * ranks[agent]!) / ranks[0]!;
          expect(Math.abs(byRoot[0]![agent]! - expected)).toBeLessThan(1e-3 * ROOT_SHARE);
          if (agent > 0 && expected > 0.001) reached += 1;
        }
      }),
      runs(100),
    );
    expect(reached).toBeGreaterThan(200);
  });

  test("to any number of fresh keys is bounded by what crosses over to them, for each root", () => {
    let carriedOver = 0;
    const honest = 12;
    fc.assert(
      fc.property(
        someRatings(honest),
        fc.integer({ min: 1, max: 150 }),
        fc.array(fc.record({ from: fc.nat(honest - 1), to: fc.nat(149), good: fc.nat(40) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (said, keys, attacks, step, back) => {
          const agents = honest + keys;
          const crossing = attacks.map(({ from, to, good }) => ({
            from,
            to: honest + (to % keys),
            good,
            bad: 0,
          }));
          // Each fresh key praises the next few as highly as it can, and some of the honest too.
          const ring = Array.from({ length: keys * step }, (_, at) => ({
            from: honest + (at % keys),
            to: honest + ((at + 1 + Math.floor(at / keys)) % keys),
            good: 40,
            bad: 0,
          }));
          const bribes = back
            ? Array.from({ length: keys }, (_, at) => ({
                from: honest + at,
                to: 5 + (at % (honest - 5)),
                good: 10,
                bad: 0,
              }))
            : [];
          const ratings = ratingsOf(
            agents,
            [0, 1, 2, 3, 4],
            [...said, ...crossing, ...ring, ...bribes],
          );
          const { byRoot, reach, credibility, units } = quorumTrust(ratings);
          const carried = flowAlong(ratings, credibility);
          const bounds = byRoot.map((reached) => {
            let inflow = 0;
            carried.forEach((weight, pair) => {
              const [from, to] = [ratings.from[pair]!, ratings.to[pair]!];
              if (from < honest && to >= honest) inflow += weight * reached[from]!;
            });
            return inflow / (1 - DAMPING);
          });
          byRoot.forEach((reached, root) => {
            const held = reached.slice(honest).reduce((sum, one) => sum + one, 0);
            expect(held).toBeLessThanOrEqual(bounds[root]! * (1 + 1e-9));
            carriedOver += held > 0 ? 1 : 0;
          });
          // Whoever they are, no two roots' trust together makes more of them than the larger bound.
          const all = reach.slice(honest).reduce((sum, one) => sum + one, 0);
          const most = Math.max(...bounds.map((bound, root) => bound / units[root]!));
          expect(all).toBeLessThanOrEqual(most * (1 + 1e-9));
        },
      ),
      runs(60),
    );
    expect(carriedOver).toBeGreaterThan(50);
  });
});

test("nobody is reached by more than all of a root's trust, not even a root that all praise", () => {
  const others = Array.from({ length: 12 }, (_, at) => at + 1);
  const said = others.flatMap((one) => [
    { from: 0, to: one, good: 10, bad: 0 },
    { from: one, to: 0, good: 10, bad: 0 },
  ]);
  const { byRoot } = quorumTrust(ratingsOf(13, [0], said));
  expect(byRoot[0]![0]).toBe(1);
});

describe("a score", () => {
  test("that one root's word makes rises with what is good and falls with what is bad", () => {
    const quarters = fc.integer({ min: 0, max: 50 }).map((count) => count / 4);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(quarters, quarters), { minLength: 1, maxLength: 8 }),
        quarters,
        quarters.filter((more) => more > 0),
        (rows, proven, more) => {
          const scoreOf = (good: number, bad: number, lapsed: number) => {
            const said = rows.map(([praise, blame], at) => ({
              from: 0,
              to: at + 1,
              good: praise + (at === 0 ? good : 0),
              bad: blame + (at === 0 ? bad : 0),
            }));
            const ratings = ratingsOf(rows.length + 1, [0], said, [0, proven + lapsed]);
            return quorumTrust(ratings).score[1]!;
          };
          const plain = scoreOf(0, 0, 0);
          expect(scoreOf(more, 0, 0)).toBeGreaterThanOrEqual(plain - 1e-12);
          expect(scoreOf(0, more, 0)).toBeLessThanOrEqual(plain + 1e-12);
          expect(scoreOf(0, 0, more)).toBeLessThanOrEqual(plain + 1e-12);
        },
      ),
      runs(200),
    );
  });

  test("one bad root of five lifts nobody by itself, however it praises", () => {
    const roots = [0, 1, 2, 3, 4];
    const honest = roots
      .slice(1)
      .flatMap((from) => [5, 6].map((to) => ({ from, to, good: 8, bad: 0 })));
    const bought = [7, 8, 9].map((to) => ({ from: 0, to, good: 40, bad: 0 }));
    const { score } = quorumTrust(ratingsOf(10, roots, [...honest, ...bought]));
    expect(Math.max(...score.slice(7))).toBe(0);
    expect(Math.min(...score.slice(5, 7))).toBeGreaterThan(0.5);
  });
});
