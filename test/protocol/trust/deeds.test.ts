import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { DeedCount } from "../../support/deed-count.ts";
import { dealingLife } from "../../support/dealing-life.ts";
import { runs } from "../../support/scale.ts";
import type { World } from "../../support/world.ts";

const WEEK = 7 * 24 * 3_600_000;
const STEPS = 200;
/** Lives in which there is some of all that is counted. */
const KNOWN: [number][] = [[0], [1], [2]];

/** The state's quarters in the weeks kept, as `DeedCount` lists them. */
function kept(world: World): ReadonlyMap<string, string> {
  const found: [string, string][] = [];
  const oldest = Math.floor(world.state.get("line")!.time / WEEK) - 26;
  for (const key of world.state.keys("evidence/")) {
    const subject = key.slice("evidence/".length);
    for (const [rater, ratings] of Object.entries(world.state.get(key as `evidence/${string}`)!))
      for (const [skill, numbers] of Object.entries(ratings))
        for (let at = 0; at < numbers.length; at += 3) {
          const [week, good, bad] = numbers.slice(at, at + 3) as [number, number, number];
          expect([week, good, bad].every((number) => Number.isInteger(number) && number >= 0)).toBe(
            true,
          );
          if (week > oldest && good + bad > 0)
            found.push([`${subject} ${rater} ${skill} ${week}`, `${good} ${bad}`]);
        }
  }
  return new Map(found);
}

describe("deeds over random lives", () => {
  test("are those that a count of the accepted records finds, at every commit", () => {
    let sayings = 0;
    let halves = 0;
    let lapses = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        let step = 0;
        const check = (world: World): void => {
          const count = new DeedCount(world);
          expect(kept(world)).toEqual(count.sums(world.state.get("line")!.time));
          for (const [agent, weeks] of count.lapses) {
            const proven = world.state.get(`proven/${agent}`) ?? [];
            const quarters = proven.reduce((sum, number, at) => sum + (at % 2) * number, 0);
            // What is older than the weeks kept is forgotten with the next lapse.
            const newest = weeks.at(-1)!;
            expect(quarters).toBe(2 * weeks.filter((week) => week > newest - 26).length);
          }
        };
        const world = dealingLife(prng(seed), STEPS, (now) => {
          step += 1;
          if (step % 10 === 0) check(now);
        });
        const count = new DeedCount(world);
        sayings += count.sayings.length;
        halves += count.sayings.filter(({ good }) => good === 1).length;
        lapses += count.lapses.size;
      }),
      { ...runs(6), examples: KNOWN },
    );
    expect(sayings).toBeGreaterThan(40);
    expect(halves).toBeGreaterThan(0);
    expect(lapses).toBeGreaterThan(0);
  });

  test("are never told by the subject, by its operator, by whom it runs, or by who has the same", () => {
    let tied = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        let before = new MemoryState();
        dealingLife(prng(seed), STEPS, (world) => {
          for (const key of world.state.keys("evidence/")) {
            const subject = key.slice("evidence/".length);
            const entry = key as `evidence/${string}`;
            for (const [rater, ratings] of Object.entries(world.state.get(entry)!)) {
              expect(rater).not.toBe(subject);
              const total = (from: number) => (all: typeof ratings | undefined) =>
                (all?.["*"] ?? []).reduce(
                  (sum, number, at) => sum + (at % 3 === from ? number : 0),
                  0,
                );
              const [was, is] = [before.get(entry)?.[rater], ratings];
              const forgot = (was?.["*"] ?? [])[0] !== is["*"]![0];
              const names = (name: string, proven: boolean) => {
                const { operator, operatorSigned } = world.state.get(`agent/${name}`)!;
                return [
                  name,
                  ...(operator && (!proven || operatorSigned) ? [operator] : []),
                ] as string[];
              };
              const shared = (proven: boolean) =>
                names(rater, proven).some((name) => names(subject, proven).includes(name));
              if (shared(false)) tied += 1;
              if (forgot && was !== undefined) continue;
              if (shared(false)) expect(total(1)(is)).toBeLessThanOrEqual(total(1)(was));
              if (shared(true)) expect(total(2)(is)).toBeLessThanOrEqual(total(2)(was));
            }
          }
          before = new MemoryState(world.state.entries());
        });
      }),
      { ...runs(6), examples: KNOWN },
    );
    expect(tied).toBeGreaterThan(0);
  });
});
