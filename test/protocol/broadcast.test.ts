import { describe, expect, test } from "vitest";
import {
  isLapsing,
  isWorthSaying,
  LOAD_EVERY_MS,
  type Broadcast,
} from "../../src/protocol/rules/broadcast.ts";
import { HOUR, World } from "../support/world.ts";

const DAY = 24 * HOUR;
const AT = Date.UTC(2026, 10, 21);
const LATER = AT + LOAD_EVERY_MS;
const said = (load: number, capacity: number, more: Partial<Broadcast> = {}): Broadcast => ({
  load,
  capacity,
  until: undefined,
  at: AT,
  ...more,
});

describe("a broadcast is worth a commit", () => {
  test.each([
    ["idle to busy", 0, 1, true],
    ["busy to idle", 1, 0, true],
    ["as it was", 3, 3, false],
    ["one more of eight", 3, 4, false],
    ["a quarter of eight more", 3, 5, true],
    ["a quarter of eight less", 5, 3, true],
    ["to the full", 7, 8, true],
    ["no longer full", 8, 7, true],
  ])("when it is another sort of load: %s", (_, from, to, worth) => {
    expect(isWorthSaying(said(from, 8), { load: to, capacity: 8 }, LATER, false)).toBe(worth);
    // And not so soon after the last, but for a worker that begins or ends.
    expect(isWorthSaying(said(from, 8), { load: to, capacity: 8 }, LATER - 1, false)).toBe(false);
    expect(isWorthSaying(said(from, 8), { load: to, capacity: 8 }, AT, true)).toBe(worth);
  });

  test("at once when a worker begins with another capacity, and later when it has another one", () => {
    expect(isWorthSaying(said(0, 1), { load: 1, capacity: 4 }, AT, true)).toBe(true);
    expect(isWorthSaying(said(0, 1), { load: 1, capacity: 4 }, AT, false)).toBe(false);
    expect(isWorthSaying(said(0, 1), { load: 1, capacity: 4 }, LATER, false)).toBe(true);
  });

  test("never for the load of who does one thing at a time, nor once it has lapsed", () => {
    expect(isWorthSaying(said(0, 1), { load: 1, capacity: 1 }, LATER, true)).toBe(false);
    const over = said(0, 4, { until: LATER });
    expect(isWorthSaying(over, { load: 4, capacity: 4 }, LATER, true)).toBe(false);
  });

  test("in the last quarter of its time, until that is over", () => {
    const week = { until: AT + 8 * DAY, at: AT };
    expect(isLapsing(week, AT + 6 * DAY - 1)).toBe(false);
    expect(isLapsing(week, AT + 6 * DAY)).toBe(true);
    expect(isLapsing(week, AT + 8 * DAY - 1)).toBe(true);
    expect(isLapsing(week, AT + 8 * DAY)).toBe(false);
    expect(isLapsing({ until: undefined, at: AT }, AT + 1_000 * DAY)).toBe(false);
  });
});

describe("a broadcast is kept fresh", () => {
  function colony(): World {
    const world = World.found();
    world.agent("ant-1", ["git"]);
    return world.pass(1_000);
  }
  const keep = (world: World, more: { capacity?: number; atOnce?: boolean } = {}) =>
    world.must("ant-1", { type: "keep-can", ...more }).already !== true;

  test("with what the worker holds at that moment, and it holds for as long again", () => {
    const world = colony();
    world.must("ant-1", { type: "can", for: 8 * DAY, tags: ["gpu"] });
    for (const title of ["one", "two"]) {
      const task = world.add(title);
      world.must("ant-1", { type: "claim", task, lease: HOUR });
    }
    world.pass(1_000);
    expect(keep(world, { capacity: 4, atOnce: true })).toBe(true);
    expect(world.state.get("can/ant-1")).toEqual({
      skills: ["git"],
      tags: ["gpu"],
      load: 2,
      capacity: 4,
      until: world.now + 8 * DAY,
    });
    expect(keep(world, { capacity: 4, atOnce: true })).toBe(false);
    // The leases are over: it holds nothing any more.
    world.pass(2 * HOUR);
    expect(keep(world, { capacity: 4 })).toBe(true);
    expect(world.state.get("can/ant-1")?.load).toBe(0);
  });

  test("by a daemon only so that it does not lapse, and with the load that its agent has said", () => {
    const world = colony();
    world.must("ant-1", { type: "can", for: 8 * DAY, load: 3, capacity: 4 });
    world.pass(6 * DAY - 1_000);
    expect(keep(world)).toBe(false);
    world.pass(1_000);
    expect(keep(world)).toBe(true);
    expect(world.state.get("can/ant-1")).toMatchObject({ load: 3, until: world.now + 8 * DAY });
    world.pass(9 * DAY);
    expect(keep(world)).toBe(false);
  });

  test("where there is one, and it can lapse at all", () => {
    const world = World.found();
    world.agent("ant-1");
    expect(keep(world, { capacity: 4, atOnce: true })).toBe(false);
    world.pass(1_000).must("ant-1", { type: "can", skills: ["git"] });
    world.pass(1_000 * DAY);
    expect(keep(world)).toBe(false);
  });
});
