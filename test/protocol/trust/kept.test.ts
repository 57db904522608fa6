import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CachedState } from "../../../src/app/ports.ts";
import { ShardedState, withKeys } from "../../../src/app/sharded-state.ts";
import { computeTrust, trustTable } from "../../../src/protocol/rules/trust/table.ts";
import { shardOf } from "../../../src/protocol/shards.ts";
import type { Delta, Key, MemoryState, Value, View } from "../../../src/protocol/state.ts";
import { LEVELS } from "../../../src/protocol/trust-state.ts";
import { runs } from "../../support/scale.ts";
import { BAD, DAWN, DAY, GOOD, Trusting, WEEK } from "../../support/trusting.ts";
import { Yard } from "../../support/yard.ts";
import { steps } from "../../support/yard-steps.ts";

const NAMES = ["root", "ant-1", "ant-2", "constructor", "5"];

/** One thing that may happen, of these agents and so far on. */
const happening = fc.record({
  what: fc.integer({ min: 0, max: 11 }),
  a: fc.constantFrom(...NAMES),
  b: fc.constantFrom(...NAMES),
  n: fc.integer({ min: 0, max: 40 }),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function happen(to: Trusting, { what, a, b, n }: Happening): void {
  const all = [
    () => to.says(a, b, GOOD, 1 + (n % 5), ["go"]),
    () => to.says(a, b, GOOD, 1 + (n % 5)),
    () => to.says(a, b, BAD, 1),
    () => to.lapses(a),
    () => to.vouch(a, b, LEVELS[n % 3], { until: to.now + n * DAY }),
    () => to.vouch(a, b, "none"),
    () => to.denounce(a, b),
    () => to.slash(a, ([1, 2, 4] as const)[n % 3]!),
    () => to.member(a, n % 3 === 1 ? "withdrawn" : "active"),
    () => to.name([...new Set([a, b, ...NAMES.slice(0, n % 4)])]),
    () => to.pass(n * DAY),
    () => to.pass(n * WEEK),
  ];
  all[what]!();
}

/** What the tables say, as numbers. */
function numbersOf({ agents, ratings, scores, left }: ReturnType<typeof trustTable>) {
  const { byRoot, ...rest } = scores;
  return { agents, ratings, ...rest, byRoot, left };
}

function expectKept(view: View, now: number): void {
  expect(numbersOf(trustTable(view, now))).toEqual(numbersOf(computeTrust(view, now)));
}

/** A cache of which shards are loaded one by one. */
function cacheOf(state: MemoryState): CachedState {
  const entries = JSON.parse(JSON.stringify([...state.entries()])) as [Key, Value][];
  return {
    tip: state.get("line")!.tip,
    load: async (shards) =>
      entries.filter(([key]) => shards === undefined || shards.includes(shardOf(key))),
    advance: async () => [],
    close: async () => {},
  };
}

describe("what is kept is what would be computed anew", () => {
  test("after everything that trust goes by, at any time, and in a state that is partly loaded", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 30 }),
        fc.nat(29),
        async (all, cut) => {
          let sharded: ShardedState | undefined;
          const one = new Trusting(["root"], (delta: Delta) => sharded?.apply(delta));
          one.members("ant-1", "ant-2");
          for (const [at, each] of all.entries()) {
            if (at === cut) sharded = new ShardedState(cacheOf(one.state));
            happen(one, each);
            const { now: present } = one;
            for (const now of [
              present,
              present + each.n * DAY,
              present,
              Math.max(DAWN, present - DAY),
            ])
              expectKept(one.state, now);
            if (sharded === undefined) continue;
            const seen = sharded;
            const table = await withKeys(seen, () => trustTable(seen, one.now));
            expect(numbersOf(table)).toEqual(numbersOf(trustTable(one.state, one.now)));
          }
        },
      ),
      runs(60),
    );
  });

  test("after every commit of random lives", () => {
    let rated = 0;
    fc.assert(
      fc.property(steps, (taken) => {
        const yard = new Yard(() => {}, { watched: false });
        for (const step of taken) {
          yard.take(step);
          const { state, now } = yard.world;
          for (const time of [now, now + WEEK]) expectKept(state, time);
        }
        rated += yard.world.state.keys("evidence/").length;
      }),
      runs(25),
    );
    expect(rated).toBeGreaterThan(0);
  });

  test("nothing is computed twice while nothing changes, and a change is seen at once", () => {
    const one = new Trusting(["root"]).members("ant-1").says("root", "ant-1");
    const table = trustTable(one.state, DAWN);
    expect(trustTable(one.state, DAWN + WEEK - 1)).toBe(table);
    expect(trustTable(one.state, DAWN + WEEK)).not.toBe(table);
    one.vouch("root", "ant-1", "low", { until: DAWN + DAY });
    const vouched = trustTable(one.state, DAWN);
    expect(vouched).not.toBe(table);
    expect(trustTable(one.state, DAWN + DAY)).not.toBe(vouched);
    // Back before the vouch was over, in the same week.
    expectKept(one.state, DAWN);
  });
});
