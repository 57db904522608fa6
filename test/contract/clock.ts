import { describe, expect, test } from "vitest";
import type { Clock, Random } from "../../src/app/ports.ts";

/** What every adapter of the port `Clock` has to do; its sleep must not need anybody's help. */
export function clockContract(name: string, make: () => Clock): void {
  describe(`clock: ${name}`, () => {
    test("time is whole milliseconds of this century and does not run backwards", () => {
      const clock = make();
      const first = clock.now();
      expect(Number.isInteger(first)).toBe(true);
      expect(first).toBeGreaterThan(Date.UTC(2025, 0, 1));
      expect(clock.now()).toBeGreaterThanOrEqual(first);
    });

    test("who sleeps wakes at the time or later", async () => {
      const clock = make();
      const start = clock.now();
      await clock.sleep(20);
      // Timers count on the monotonic clock, which may differ from the wall clock by the rounding.
      expect(clock.now() - start).toBeGreaterThanOrEqual(19);
      await clock.sleep(0);
    });
  });
}

/** What every adapter of the port `Random` has to do. */
export function randomContract(name: string, make: () => Random): void {
  describe(`random: ${name}`, () => {
    test("bytes come in the number asked for and do not repeat", () => {
      const random = make();
      const names = Array.from({ length: 200 }, () =>
        Buffer.from(random.bytes(10)).toString("hex"),
      );
      expect(names.every((text) => text.length === 20)).toBe(true);
      expect(new Set(names).size).toBe(names.length);
      expect(random.bytes(0)).toHaveLength(0);
    });

    test("fractions lie in [0, 1) and spread evenly", () => {
      const random = make();
      const tenths = Array.from({ length: 10 }, () => 0);
      for (let index = 0; index < 10_000; index += 1) {
        const fraction = random.fraction();
        expect(fraction >= 0 && fraction < 1).toBe(true);
        tenths[Math.floor(fraction * 10)]! += 1;
      }
      // Nine standard deviations: chance fails this once in 10^18 runs.
      for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(270);
    });
  });
}
