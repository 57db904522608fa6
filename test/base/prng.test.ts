import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prng } from "../../src/base/prng.ts";

describe("prng", () => {
  test("a seed names one stream, which never changes", () => {
    const next = prng(42);
    expect([next(), next(), next(), next()]).toEqual(PINNED);
  });

  test("the same seed gives the same stream, another seed another", () => {
    const stream = (seed: number) => {
      const next = prng(seed);
      return Array.from({ length: 20 }, () => next());
    };
    const seeds = fc.tuple(fc.maxSafeInteger(), fc.maxSafeInteger());
    fc.assert(
      fc.property(seeds, ([a, b]) => {
        expect(stream(a)).toEqual(stream(a));
        if (a !== b) expect(stream(a)).not.toEqual(stream(b));
      }),
    );
  });

  test("each of the 32 bits is set half of the time, also for seeds that lie side by side", () => {
    const set = Array.from({ length: 32 }, () => 0);
    for (let seed = 0; seed < 4_000; seed += 1) {
      const value = prng(seed)();
      expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true);
      for (let bit = 0; bit < 32; bit += 1) set[bit]! += (value >>> bit) & 1;
    }
    // Eight standard deviations of 4,000 tosses.
    for (const count of set) expect(Math.abs(count - 2_000)).toBeLessThan(253);
  });
});

/** The same steps in Python's integers, which do not wrap by themselves, give these. */
const PINNED = [3_011_021_589, 3_960_382_089, 1_547_270_628, 4_040_468_816];
