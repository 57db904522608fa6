import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PollOutcome, PollPolicy } from "../../src/app/poll.ts";

const outcome = fc.constantFrom<PollOutcome>("moved", "quiet", "failed");
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** The policy with fractions that a test names; the last one goes on. */
function policy(local: boolean, ...fractions: readonly number[]): PollPolicy {
  const left = [...fractions];
  let last = 0.5;
  return new PollPolicy(local, { fraction: () => (last = left.shift() ?? last) });
}

describe("an origin on this machine", () => {
  test("is looked at every 2 s, moved or quiet", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<PollOutcome>("moved", "quiet")), (outcomes) => {
        const poll = policy(true, 0.9);
        for (const one of outcomes) expect(poll.next(one)).toBe(2_000);
      }),
    );
  });

  test("that fails is asked less and less, and every 2 s again once it answers", () => {
    const poll = policy(true, 1);
    expect(["failed", "failed", "failed"].map(() => poll.next("failed"))).toEqual([
      4_000, 8_000, 16_000,
    ]);
    expect(poll.next("quiet")).toBe(2_000);
    expect(poll.next("failed")).toBe(4_000);
  });
});

describe("a remote origin", () => {
  test("waits lie between 2 s and 30 s, or up to the cap of 2 minutes after a failure", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fraction), { maxLength: 60 }), (steps) => {
        const poll = policy(false, ...steps.map(([, drawn]) => drawn));
        for (const [one] of steps) {
          const wait = poll.next(one);
          expect(wait).toBeGreaterThanOrEqual(2_000);
          expect(wait).toBeLessThanOrEqual(one === "failed" ? 120_000 : 30_000);
        }
      }),
    );
  });

  test("quiet, it is asked less and less often: from 2.5 s to 25 s in six looks", () => {
    const poll = policy(false, 0.5);
    const waits = Array.from({ length: 9 }, () => poll.next("quiet"));
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits[0]).toBe(2_500);
    expect(waits[5]).toBeLessThan(25_000);
    expect(waits.slice(6)).toEqual([25_000, 25_000, 25_000]);
  });

  test("the same look at different fractions is spread over two fifths of the wait", () => {
    expect(policy(false, 0).next("quiet")).toBeCloseTo(2_000);
    expect(policy(false, 0.999_999).next("quiet")).toBeCloseTo(3_000, -1);
  });

  test("a failure backs off without end but the cap, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 20 }), fraction, (before, drawn) => {
        const poll = policy(false, drawn);
        for (const one of before) poll.next(one);
        const waits = Array.from({ length: 40 }, () => poll.next("failed"));
        expect(waits).toEqual(waits.toSorted((a, b) => a - b));
        expect(waits.at(-1)).toBe(120_000 * (0.5 + 0.5 * drawn));
      }),
    );
  });

  test("activity brings it back to the quickest, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 40 }), (before) => {
        const poll = policy(false, 0.5);
        for (const one of before) poll.next(one);
        expect(poll.next("moved")).toBe(2_500);
        expect(poll.next("quiet")).toBe(3_750);
      }),
    );
  });

  test("a hint is followed at once and quickens what comes after", () => {
    const poll = policy(false, 0.5);
    for (let look = 0; look < 9; look += 1) poll.next("quiet");
    expect(poll.hinted()).toBe(0);
    expect(poll.next("quiet")).toBe(2_500);
  });

  test("hints do not make a host that is away be asked without pause", () => {
    const poll = policy(false, 0.5);
    poll.next("failed");
    expect(poll.hinted()).toBe(2_000);
    poll.next("failed");
    expect(poll.hinted()).toBe(2_000);
    poll.next("quiet");
    expect(poll.hinted()).toBe(0);
  });
});
