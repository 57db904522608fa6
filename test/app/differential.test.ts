import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BENDS, bendCommit } from "../support/bends.ts";
import { JUDGES, type Said } from "../support/judges.ts";
import { runs } from "../support/scale.ts";
import { WorldObjects } from "../support/world-objects.ts";
import { oneStep, Yard } from "../support/yard.ts";

/** A step, and what becomes of its commit before anybody judges it: every other one is bent. */
const bentStep = fc.record({
  step: oneStep,
  bend: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("somebody else does it" as const, "another token" as const),
    },
    { weight: 4, arbitrary: fc.constantFrom(...BENDS) },
  ),
});
const life = fc.record({
  steps: fc.array(bentStep, { minLength: 30, maxLength: 60, size: "max" }),
  cuts: fc.array(fc.nat(99), { maxLength: 4 }),
});

/** How often each rule was met, over all runs. */
const met = new Map<string, number>();
let transitions = 0;

function played({ steps, cuts }: typeof life extends fc.Arbitrary<infer T> ? T : never) {
  const git = new WorldObjects();
  let bend: (typeof BENDS)[number] | undefined;
  const yard = new Yard(() => undefined, {
    name: git.name,
    watched: false,
    bend: (options, { pick }, world) =>
      bend === undefined ? options : bendCommit(options, world, bend, pick),
  });
  for (const each of steps) {
    bend = each.bend;
    yard.take(each.step);
  }
  const { world } = yard;
  const places = cuts.map((cut) => Math.floor((cut * world.log.length) / 100));
  return { world, git, cuts: places.toSorted((a, b) => a - b) };
}

/** All that a judge says; of what it keeps nothing of, it says nothing. */
function defined({ verdicts, digest }: Said): Partial<Said> {
  return digest === undefined ? { verdicts } : { verdicts, digest };
}

describe("whoever judges", () => {
  test(
    `${Object.keys(JUDGES).join(", ")}: all say the same of legal and illegal commits`,
    { timeout: 3_600_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(life, async (lived) => {
          const history = played(lived);
          const { client, ...others } = JUDGES;
          const expected = await client!(history);
          for (const verdict of expected.verdicts) {
            const rule = verdict === undefined ? "accepted" : /"rule":"(\w+)"/.exec(verdict)![1]!;
            met.set(rule, (met.get(rule) ?? 0) + 1);
          }
          transitions += expected.verdicts.length;
          for (const [name, judge] of Object.entries(others))
            expect([name, { ...expected, ...defined(await judge(history)) }]).toEqual([
              name,
              expected,
            ]);
        }),
        runs(60),
      );
      // A generator that meets few rules, or that is refused all of the time, shows little.
      expect(met.get("accepted")! / transitions).toBeGreaterThan(0.3);
      expect(met.size).toBeGreaterThan(22);
    },
  );
});
