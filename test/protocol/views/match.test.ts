import { describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/protocol/ids.ts";
import { bestFor } from "../../../src/protocol/views/match.ts";
import {
  drawAt,
  drawFor,
  exponentialOf,
  hashOf,
  seedOf,
} from "../../../src/protocol/views/match/draw.ts";
import { explainChoice } from "../../../src/protocol/views/match/explained.ts";
import { Nearest } from "../../../src/protocol/views/match/nearest.ts";
import { SHARPNESS, sharpened } from "../../../src/protocol/views/match/spread.ts";
import type { MemoryState } from "../../../src/protocol/state.ts";
import type { Choosing } from "../../../src/protocol/rules/choice.ts";
import { ANT, board, chosen, DAY, idAt, many, NOW, type Planted } from "../../support/board.ts";

const MINUTE = 60_000;
/** So many claims a second over the last ten minutes. */
const pace = (rate: number) => ({
  minute: Math.floor(NOW / MINUTE),
  claims: Array.from({ length: 10 }, () => rate * 60),
});

function alone(...tasks: readonly Planted[]): MemoryState {
  return board({ tasks, agents: { [ANT]: {} } });
}

describe("a draw", () => {
  test("has an exponential distribution with mean one", () => {
    const seed = seedOf("seed");
    const all = Array.from({ length: 20_000 }, (_, at) => exponentialOf(drawAt(seed, at)));
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    expect(mean).toBeGreaterThan(0.98);
    expect(mean).toBeLessThan(1.02);
    // P(E > 1) = 1/e.
    const above = all.filter((value) => value > 1).length / all.length;
    expect(Math.abs(above - Math.exp(-1))).toBeLessThan(0.01);
  });

  test("its logarithm is the logarithm, to seven digits", () => {
    for (const draw of [1, 2, 3, 1_000, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1]) {
      const exact = -Math.log(draw / 2 ** 32);
      expect(Math.abs(exponentialOf(draw) - exact)).toBeLessThan(1e-6 * Math.max(exact, 1e-3));
    }
  });

  test("is another for each agent, task, token and epoch", () => {
    const draws = [
      drawFor(seedOf("ant-1", 1), hashOf("todo/k3f9qz7-x", 5, 0)),
      drawFor(seedOf("ant-2", 1), hashOf("todo/k3f9qz7-x", 5, 0)),
      drawFor(seedOf("ant-1", 2), hashOf("todo/k3f9qz7-x", 5, 0)),
      drawFor(seedOf("ant-1", 1), hashOf("todo/k3f9qz8-x", 5, 0)),
      drawFor(seedOf("ant-1", 1), hashOf("todo/k3f9qz7-x", 5, 1)),
    ];
    expect(new Set(draws).size).toBe(5);
    // Names cannot run into each other.
    expect(seedOf("a", "bc")).not.toBe(seedOf("ab", "c"));
  });
});

test("the smallest of many are what a sort gives", () => {
  const seed = seedOf("heap");
  for (const width of [1, 2, 7, 64, 500]) {
    const best = new Nearest(width);
    const all = Array.from({ length: 300 }, (_, at) => drawAt(seed + width, at) % 1_000);
    all.forEach((score, at) => best.add(score, at));
    const sorted = all.map((score, item) => ({ score, item }));
    sorted.sort((a, b) => a.score - b.score || a.item - b.item);
    expect(best.sorted().map(({ score }) => score)).toEqual(
      sorted.slice(0, width).map(({ score }) => score),
    );
  }
});

test("powers of a stimulus are what their exponent says", () => {
  for (const stimulus of [0.01, 0.5, 1, 3, 40])
    SHARPNESS.forEach((exponent, step) =>
      expect(sharpened(stimulus, step) / stimulus ** exponent).toBeCloseTo(1, 12),
    );
});

describe("who is alone", () => {
  test("gets what is most urgent", () => {
    const state = alone({ priority: 1 }, { priority: 3 }, { priority: 4 }, {});
    const order = bestFor(state, ANT, NOW, 9);
    expect(order.map(({ priority }) => priority)).toEqual([4, 3, 2, 1]);
    expect(chosen(state, ANT)).toBe(order[0]!.id);
  });

  test("or among few, which is as good; among more, not each gets the same", () => {
    const tasks = Array.from({ length: 60 }, (_, at) => ({ priority: at === 7 ? 4 : 3 }));
    const wanted = (idle: number) => {
      const state = board({ tasks, agents: many(idle) });
      return new Set(Object.keys(many(idle)).map((agent) => chosen(state, agent)));
    };
    expect([...wanted(8)]).toEqual([idAt(7)]);
    expect(wanted(30).size).toBeGreaterThan(15);
  });

  test("gets the same again within the minute, so that what was shown is what is claimed", () => {
    const state = alone(...Array.from({ length: 50 }, () => ({})));
    const start = Math.ceil(NOW / MINUTE) * MINUTE;
    const at = (ms: number) => chosen(state, ANT, {}, start + ms);
    expect(at(30_000)).toBe(at(0));
    expect(new Set([0, 1, 2, 3].map((minute) => at(minute * MINUTE))).size).toBeGreaterThan(1);
  });

  test("gets nothing that is left alone, declined, blocked or beyond its skills", () => {
    const tasks = [
      { priority: 4, needs: ["go"] },
      { priority: 4 },
      { priority: 4 },
      { priority: 4, after: [idAt(0)] },
      { priority: 0 },
    ];
    const declined = { [idAt(1)]: NOW + 1 };
    const state = board({ tasks, agents: { [ANT]: { declined } } });
    expect(chosen(state, ANT, { except: new Set([idAt(2)]) })).toBe(idAt(4));
    expect(chosen(state, ANT, { except: new Set([idAt(2), idAt(4)]) })).toBe("none");
    // A decline that is over is none.
    expect(bestFor(state, ANT, NOW + 1, 9)).toHaveLength(3);
  });

  test("gets a task behind any number that only the judge refuses", () => {
    // What they wait for is over but not done: nothing that is still to do says so.
    const blocked = Array.from({ length: 700 }, () => ({ priority: 4, after: ["zzzzzzz-gone"] }));
    const state = alone(...blocked, { priority: 0 });
    expect(chosen(state, ANT)).toBe(idAt(700));
    expect(bestFor(state, ANT, NOW, 3)).toHaveLength(1);
  });
});

describe("where others race", () => {
  /** So many agents draw on one state: how often each task is drawn. */
  function draws(state: MemoryState, count: number, how: Choosing): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (let at = 1; at <= count; at += 1) {
      const id = bestFor(state, `ant-${at}` as AgentId, NOW, 1, how)[0]!.id;
      found.set(id, (found.get(id) ?? 0) + 1);
    }
    return found;
  }

  test("tasks are drawn by their weights: chi-square at one in a thousand", () => {
    const tasks = [4, 3, 3, 2, 2, 2, 1, 1, 0, 0].map((priority) => ({ priority }));
    const state = board({ tasks, agents: many(4_000, {}), pace: pace(0.02) });
    const expected = explainChoice(state, ANT, NOW, 10).options;
    expect(explainChoice(state, ANT, NOW, 10).sharpness).toBe(2);
    const found = draws(state, 4_000, {});
    let square = 0;
    for (const { task, share } of expected) {
      const mean = 4_000 * share;
      square += ((found.get(task.id) ?? 0) - mean) ** 2 / mean;
    }
    // Nine degrees of freedom.
    expect(square).toBeLessThan(27.9);
  });

  test("the draw is the less sharp the more claims stay unseen", () => {
    const tasks = Array.from({ length: 100 }, (_, at) => ({ priority: at % 5 }));
    const sharpness = (rate: number, how: Choosing = {}) => {
      const state = board({ tasks, agents: { [ANT]: {} }, pace: pace(rate) });
      return explainChoice(state, ANT, NOW, 1, how).sharpness;
    };
    const steps = Array.from({ length: 80 }, (_, at) => sharpness(at / 40));
    expect(steps).toEqual(steps.toSorted((a, b) => b - a));
    expect([...new Set(steps)]).toEqual(SHARPNESS);
    // It is the claims that stay unseen that count: with none, there is no race.
    expect(sharpness(50, { delay: 0 })).toBe(16);
    expect(sharpness(0.3, { delay: 120_000 })).toBe(0);
  });

  test("no sharpness but the least lets more than five in a hundred claims collide", () => {
    const tasks = Array.from({ length: 400 }, (_, at) => ({ priority: at % 5 }));
    for (const rate of [0.2, 1, 2, 4, 6]) {
      const state = board({ tasks, agents: { [ANT]: {} }, pace: pace(rate) });
      const { sharpness, options } = explainChoice(state, ANT, NOW, 400);
      const hit = options.reduce((sum, { share }) => sum + share * share, 0);
      expect(sharpness === 0 || rate * 3 * hit <= 0.05).toBe(true);
    }
  });

  test("a lost race draws anew, and less sharply", () => {
    const tasks = Array.from({ length: 100 }, (_, at) => ({ priority: at % 5 }));
    const state = alone(...tasks);
    const after = (losses: number) => explainChoice(state, ANT, NOW, 1, { losses });
    expect([0, 1, 2, 3, 4, 5, 99].map((losses) => after(losses).sharpness)).toEqual([
      16, 2, 1, 0.5, 0.25, 0, 0,
    ]);
    const ids = [0, 1, 2, 3].map((losses) => after(losses).options[0]!.task.id);
    expect(new Set(ids).size).toBeGreaterThan(2);
  });

  test("what only one agent sees is not flattened: specialists keep to their own", () => {
    const tasks = Array.from({ length: 200 }, (_, at) => (at < 50 ? { needs: ["go"] } : {}));
    const state = board({ tasks, agents: many(600, { skills: ["go"] }), pace: pace(90) });
    expect(explainChoice(state, ANT, NOW, 1).sharpness).toBe(0);
    const found = draws(state, 600, {});
    const own = [...found].filter(([id]) => state.get(`task/${id}` as const)!.needs.length > 0);
    // By chance a quarter; with a weight of three, half.
    const share = own.reduce((sum, [, count]) => sum + count, 0) / 600;
    expect(share).toBeGreaterThan(0.44);
    expect(share).toBeLessThan(0.56);
  });
});

describe("no task waits for ever", () => {
  test("the least urgent is taken while more urgent ones keep coming", () => {
    for (const how of [{}, { delay: 30_000 }]) {
      let day = 0;
      let taken = "";
      while (taken !== idAt(0) && day < 60) {
        day += 1;
        const fresh = { priority: 4, created: NOW + day * DAY };
        const tasks = [{ priority: 0, created: NOW }, ...Array.from({ length: 3 }, () => fresh)];
        const state = board({ tasks, agents: { [ANT]: {} }, pace: pace(0.1) });
        taken = chosen(state, ANT, how, NOW + day * DAY);
      }
      expect(taken).toBe(idAt(0));
    }
  });

  test("one at which others failed comes before one of its age at which nobody did", () => {
    const state = alone(...Array.from({ length: 20 }, () => ({})), { failed: ["ant-2", "ant-3"] });
    expect(chosen(state, ANT)).toBe(idAt(20));
  });
});
