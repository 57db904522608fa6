import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { depositOn, goneAt, HALF_LIVES, strengthAt } from "../../src/protocol/rules/evaporation.ts";
import type { SignalState } from "../../src/protocol/signal-state.ts";
import { sha256Text } from "../../src/base/sha256.ts";
import { runs } from "../support/scale.ts";
import { HOUR } from "../support/world.ts";

const DAY = 24 * HOUR;
const BEGIN = Date.UTC(2026, 10, 21);

function need(strength: number, halfLife = 6 * HOUR, at = BEGIN): SignalState {
  return { kind: "need", strength, halfLife, at, note: undefined };
}

const signal = fc.record({
  kind: fc.constantFrom("need", "stuck", "heat", "warn", "trail"),
  strength: fc.integer({ min: 1, max: 10_000 }).map((thousandths) => thousandths / 1_000),
  halfLife: fc.integer({ min: 10, max: 30 * 86_400 }).map((seconds) => seconds * 1_000),
  at: fc.integer({ min: BEGIN, max: BEGIN + 365 * DAY }),
  note: fc.constant(undefined),
});

describe("evaporation", () => {
  test("[SG4] takes exactly half in each half-life", () => {
    for (const halfLife of [10_000, 90_000, 6 * HOUR, 7 * DAY, 30 * DAY]) {
      const left = [0, 1, 2, 3, 6].map((n) => strengthAt(need(10, halfLife), BEGIN + n * halfLife));
      expect(left).toEqual([10, 5, 2.5, 1.25, 0.15625]);
    }
  });

  test("[SG4] follows 2^(-t) between: never above by more than 0.03 %, never below", () => {
    for (let at = 0; at < 6 * HOUR; at += 77_777) {
      const exact = 10 * 2 ** (-at / (6 * HOUR));
      const left = strengthAt(need(10), BEGIN + at);
      expect(left).toBeGreaterThanOrEqual(exact - 1e-12);
      expect(left).toBeLessThan(exact * 1.0003);
    }
  });

  test("[SG4] only takes, and ends at nothing below a tenth", () => {
    fc.assert(
      fc.property(signal, fc.nat(), fc.nat(5_000), (of, start, step) => {
        const now = of.at + (start % (9 * of.halfLife));
        const [left, later] = [strengthAt(of, now), strengthAt(of, now + step)];
        expect(later).toBeLessThanOrEqual(left);
        expect(left === 0 || left >= 0.1).toBe(true);
        expect(left).toBeLessThanOrEqual(of.strength);
      }),
      runs(1_000),
    );
    expect(strengthAt(need(0.1), BEGIN)).toBe(0.1);
    expect(strengthAt(need(0.1), BEGIN + 1)).toBe(0);
    expect(strengthAt(need(10), BEGIN + 365 * DAY)).toBe(0);
  });

  test("[SG4] has not begun for a reader whose log time is before the deposit", () => {
    expect(strengthAt(need(7), BEGIN - DAY)).toBe(7);
    expect(strengthAt(need(7), 0)).toBe(7);
  });

  test("[SG4] knows the first moment at which nothing is left", () => {
    fc.assert(
      fc.property(signal, (of) => {
        const gone = goneAt(of);
        expect(strengthAt(of, gone)).toBe(0);
        if (of.strength >= 0.1) expect(strengthAt(of, gone - 1)).toBeGreaterThan(0);
        else expect(gone).toBeLessThanOrEqual(of.at);
      }),
      runs(500),
    );
  });

  test("[SG4] has the same bits on every machine: these were computed by another program, in Python", () => {
    const samples: number[] = [];
    for (let n = 0; n < 10_000; n++)
      samples.push(
        strengthAt(need((1 + (n % 10_000)) / 1_000, 10_000 + 997 * n), BEGIN + 1_009 * n),
      );
    const digest = Buffer.from(sha256Text(samples.join(" "))).toString("hex");
    expect(digest).toBe("588b57724a1d561585f710631b7497c725424d41436a6333171478e04d277519");
  });

  test("[SG4] is of each kind as long as what it says stays true", () => {
    expect(HALF_LIVES).toEqual({
      heat: 90_000,
      need: 6 * HOUR,
      stuck: 12 * HOUR,
      trail: DAY,
      warn: 7 * DAY,
    });
  });
});

describe("a deposit", () => {
  const said = (added: number, now: number, kind: SignalState["kind"] = "need") => ({
    kind,
    added,
    now,
  });

  test("[SG3] is added to what is left, in thousandths, up to ten", () => {
    const half = BEGIN + 6 * HOUR;
    expect(depositOn(undefined, said(3, BEGIN))).toBe(3);
    expect(depositOn(need(3), said(3, BEGIN))).toBe(6);
    expect(depositOn(need(3), said(3, half))).toBe(4.5);
    expect(depositOn(need(9.999), said(1, half))).toBe(5.999);
    expect(depositOn(need(8), said(10, BEGIN))).toBe(10);
    expect(depositOn(need(5), said(2, BEGIN + 60 * DAY))).toBe(2);
  });

  test("[SG3] takes the place of another kind; of strength 0 it takes all back", () => {
    expect(depositOn(need(8), said(2, BEGIN, "warn"))).toBe(2);
    expect(depositOn(need(8), said(0, BEGIN))).toBe(0);
    expect(depositOn(need(8), said(0, BEGIN, "warn"))).toBe(0);
  });

  test("[SG3] in whatever portions comes to no more than at once", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.nat(DAY))), (deposits) => {
        let now = BEGIN;
        let standing: SignalState | undefined;
        let sum = 0;
        for (const [added, passed] of deposits) {
          now += passed;
          sum += added;
          standing = need(depositOn(standing, said(added, now)), 6 * HOUR, now);
          expect(standing.strength).toBeLessThanOrEqual(Math.min(10, sum));
          expect(Number.isInteger(Math.round(standing.strength * 1e6) / 1e3)).toBe(true);
          expect(standing.strength).toBeGreaterThanOrEqual(added);
        }
      }),
      runs(200),
    );
  });
});
