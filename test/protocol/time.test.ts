import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatDuration,
  formatInstant,
  parseDuration,
  parseInstant,
} from "../../src/protocol/time.ts";
import { runs } from "../support/scale.ts";

/** The last instant that has a year of four digits. */
const END = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

describe("instants", () => {
  test("every instant is read from the one spelling it has", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: END }), (instant) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant);
      }),
      runs(500),
    );
  });

  test("what is read is written again letter by letter", () => {
    const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
    const text = fc
      .tuple(digits(4), digits(2), digits(2), digits(2), digits(2), digits(2), digits(3))
      .map(([y, mo, d, h, mi, s, ms]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`);
    fc.assert(
      fc.property(text, (spelled) => {
        const instant = parseInstant(spelled);
        expect(instant === undefined ? spelled : formatInstant(instant)).toBe(spelled);
      }),
      runs(500),
    );
  });

  test.each([
    "",
    "now",
    "2026-11-21",
    "2026-11-21T09:30:00Z",
    "2026-11-21T09:30:00.12Z",
    "2026-11-21T09:30:00.1234Z",
    "2026-11-21T09:30:00.123",
    "2026-11-21T09:30:00.123+00:00",
    "2026-11-21 09:30:00.123Z",
    "2026-11-21t09:30:00.123z",
    "2026-02-29T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-00-01T00:00:00.000Z",
    "2026-01-00T00:00:00.000Z",
    "2026-01-01T24:00:00.000Z",
    "2026-01-01T00:60:00.000Z",
    "2026-12-31T23:59:60.000Z",
    "1969-12-31T23:59:59.999Z",
    "0099-01-01T00:00:00.000Z",
    "+012026-01-01T00:00:00.000Z",
    "2026-11-21T09:30:00.123Z\n",
    "２026-11-21T09:30:00.123Z",
  ])("is not an instant: %j", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test("leap days are known", () => {
    expect(parseInstant("2028-02-29T00:00:00.000Z")).toBe(Date.UTC(2028, 1, 29));
    expect(parseInstant("2100-02-29T00:00:00.000Z")).toBeUndefined();
  });
});

describe("durations", () => {
  test.each([
    ["45s", 45],
    ["30m", 1_800],
    ["2h", 7_200],
    ["1h30m", 5_400],
    ["7d", 604_800],
    ["1d2h3m4s", 93_784],
    ["90m", 5_400],
  ])("%s has %i seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds * 1_000);
  });

  test.each([
    "",
    "0s",
    "0h0m",
    "5",
    "m",
    "1.5h",
    "-1h",
    "1h 30m",
    "30m1h",
    "1H",
    "1w",
    "1ms",
    "1h1h",
    "12345h",
    " 1h",
    "1h\n",
  ])("is not a duration: %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("whole seconds are read as they were written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999 * 86_400 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1_000))).toBe(seconds * 1_000);
      }),
      runs(500),
    );
    expect([
      formatDuration(0),
      formatDuration(-5),
      formatDuration(999),
      formatDuration(1_999),
    ]).toEqual(["0s", "0s", "0s", "1s"]);
  });
});
