import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bentLife, played } from "../support/bent-life.ts";
import { JUDGES, type Said } from "../support/judges.ts";
import { runs } from "../support/scale.ts";

/** How often each rule was met, over all runs. */
const met = new Map<string, number>();
let transitions = 0;

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
        fc.asyncProperty(bentLife, async (lived) => {
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
