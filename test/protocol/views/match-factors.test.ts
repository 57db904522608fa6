import { describe, expect, test } from "vitest";
import type { SkillRecord } from "../../../src/protocol/capabilities-state.ts";
import type { AgentId } from "../../../src/protocol/ids.ts";
import type { TodoState } from "../../../src/protocol/todo-state.ts";
import {
  Aptitude,
  loadFactor,
  responseFactor,
} from "../../../src/protocol/views/match/aptitude.ts";
import {
  ageFactor,
  callOf,
  deadlineFactor,
  priorityFactor,
  repelOf,
  stimulusOf,
  urgencyFactor,
} from "../../../src/protocol/views/match/stimulus.ts";
import { explainChoice } from "../../../src/protocol/views/match/explained.ts";
import { ANT, board, DAY, NOW, type Worker } from "../../support/board.ts";

const HOUR = 3_600_000;
const NONE = { need: 0, stuck: 0, heat: 0, warn: 0, trail: 0 };

function rising(values: readonly number[]): void {
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(new Set(values).size).toBe(values.length);
}

function todo(more: Partial<TodoState> = {}): TodoState {
  const base = { priority: 2, token: 0, until: undefined, created: NOW, deadline: undefined };
  const lists = { needs: undefined, after: undefined, failed: undefined };
  const counts = { lapses: undefined, terms: undefined };
  return { ...base, ...lists, ...counts, ...more };
}

function aptitude(worker: Worker = {}): Aptitude {
  return new Aptitude(board({ tasks: [], agents: { [ANT]: worker } }), ANT, NOW);
}

function record(more: Partial<SkillRecord>): SkillRecord {
  return { done: 0, accepted: 0, rejected: 0, failed: 0, lapsed: 0, ...more };
}

describe("what all agents see of a task", () => {
  test("priority: each step weighs twice as much, and the least more than nothing", () => {
    const factors = [0, 1, 2, 3, 4].map((priority) => priorityFactor({ priority }));
    expect(factors).toEqual([0.5, 1, 2, 4, 8]);
  });

  test("age: rises without bound, by one a day; others' failures count as days", () => {
    const at = (days: number, failed?: readonly string[]) =>
      ageFactor({ created: NOW - days * DAY, failed: failed as readonly AgentId[] }, NOW);
    expect([0, 1, 10, 1_000].map((days) => at(days))).toEqual([1, 2, 11, 1_001]);
    expect(at(0, ["ant-2", "ant-3"])).toBe(3);
    // A task of a clock that runs ahead is new, not less than that.
    expect(at(-1)).toBe(1);
  });

  test("deadline: rises as it nears, and no more once it is over", () => {
    const left = (ms: number) => deadlineFactor({ deadline: NOW + ms }, NOW);
    rising([30 * DAY, 7 * DAY, DAY, HOUR, 0].map(left));
    expect(left(0)).toBe(9);
    expect(left(-DAY)).toBe(9);
    expect(left(30 * DAY)).toBeLessThan(1.04);
    expect(deadlineFactor({ deadline: undefined }, NOW)).toBe(1);
  });

  test("what waits for it: rises with their number and the longest chain, up to a bound", () => {
    rising([0, 1, 5, 20].map((unblocks) => urgencyFactor({ unblocks, depth: 1 })));
    rising([1, 2, 10, 21].map((depth) => urgencyFactor({ unblocks: 3, depth })));
    expect(urgencyFactor({ unblocks: 0, depth: 1 })).toBe(1);
    expect(urgencyFactor({ unblocks: 5_000, depth: 5_000 })).toBe(5);
  });

  test("signals: need and stuck call, a trail half as much, heat and warn repel", () => {
    const stimulus = (more: Partial<typeof NONE>) =>
      stimulusOf(todo(), NOW, { ...NONE, ...more }, undefined);
    rising([0, 1, 5, 20].map((need) => stimulus({ need })));
    rising([0, 1, 5, 20].map((stuck) => stimulus({ stuck })));
    rising([0, 1, 5, 20].map((trail) => stimulus({ trail })));
    rising([20, 5, 1, 0].map((heat) => stimulus({ heat })));
    rising([20, 5, 1, 0].map((warn) => stimulus({ warn })));
    expect(callOf({ ...NONE, need: 1, stuck: 2, trail: 4 })).toBe(5);
    expect(repelOf({ ...NONE, heat: 1, warn: 2 })).toBe(6);
    expect(stimulus({})).toBe(stimulusOf(todo(), NOW, undefined, undefined));
  });
});

describe("what one agent sees of a task", () => {
  test("need: nothing where one is missing, more than for anybody where all are declared", () => {
    const able = aptitude({ skills: ["go", "sql"] });
    expect(able.need([])).toBe(1);
    expect(able.need(["go"])).toBe(3);
    expect(able.need(["go", "sql"])).toBe(3);
    expect(able.need(["go", "gpu"])).toBe(0);
    expect(able.weigh(todo({ needs: ["gpu"] }), 2)).toBe(0);
  });

  test("need: what is out of date is not declared", () => {
    const state = board({ tasks: [], agents: { [ANT]: { skills: ["go"] } } });
    state.apply(new Map([[`can/${ANT}` as const, { ...state.get(`can/${ANT}`)!, until: NOW }]]));
    expect(new Aptitude(state, ANT, NOW - 1).need(["go"])).toBe(3);
    expect(new Aptitude(state, ANT, NOW).need(["go"])).toBe(0);
  });

  test("success: one where nothing is known, up with accepted work, down with what went wrong", () => {
    const success = (more: Partial<SkillRecord>) =>
      aptitude({ deeds: { go: record(more) } }).skill("go").success;
    expect(aptitude().skill("go").success).toBe(1);
    // What is read from a file has a prototype, and a skill may have the name of one of its members.
    expect(aptitude({ deeds: { go: record({}) } }).skill("constructor").success).toBe(1);
    rising([0, 1, 5, 50].map((accepted) => success({ done: accepted, accepted })));
    for (const kind of ["failed", "lapsed"] as const)
      rising([50, 5, 1, 0].map((count) => success({ [kind]: count })));
    rising([50, 5, 1, 0].map((rejected) => success({ done: rejected, rejected })));
    expect(success({ done: 1_000, accepted: 1_000 })).toBeLessThan(12);
    expect(success({ failed: 1_000 })).toBeGreaterThan(0);
  });

  test("success: one outcome says little, many say much, and a finish without a review half", () => {
    const success = (more: Partial<SkillRecord>) =>
      aptitude({ deeds: { go: record(more) } }).skill("go").success;
    expect(success({ done: 1, accepted: 1 })).toBeLessThan(1.6);
    expect(success({ done: 20, accepted: 20 })).toBeGreaterThan(1.8);
    const [none, half, whole] = [{}, { done: 1 }, { done: 1, accepted: 1 }].map(success);
    rising([none!, half!, whole!]);
  });

  test("success: of a skill without a record, what is known of the agent otherwise", () => {
    const good = aptitude({ deeds: { "*": record({ done: 20, accepted: 20 }) } });
    const bad = aptitude({ deeds: { "*": record({ failed: 20 }) } });
    expect(good.skill("go").success).toBeGreaterThan(1.8);
    expect(bad.skill("go").success).toBeLessThan(0.2);
  });

  test("threshold: falls with accepted work and rises with failures, within its bounds", () => {
    const threshold = (more: Partial<SkillRecord>) =>
      aptitude({ deeds: { go: record(more) } }).skill("go").threshold;
    expect(threshold({})).toBe(1);
    rising([5, 3, 1, 0].map((accepted) => threshold({ done: accepted, accepted })));
    rising([0, 1, 3, 40].map((failed) => threshold({ failed })));
    expect(threshold({ done: 500, accepted: 500 })).toBe(0.2);
    expect(threshold({ lapsed: 500 })).toBe(5);
  });

  test("response: rises with the stimulus, falls with the threshold, a half where they are equal", () => {
    rising([0.5, 1, 2, 8].map((stimulus) => responseFactor(stimulus, 1)));
    rising([5, 2, 1, 0.2].map((threshold) => responseFactor(2, threshold)));
    expect(responseFactor(3, 3)).toBe(0.5);
  });

  test("own failures at the task count against it, those of others do not", () => {
    const weigh = (...failed: readonly string[]) =>
      aptitude().weigh(todo({ failed: failed as readonly AgentId[] }), 2);
    rising([weigh(ANT, ANT), weigh(ANT), weigh()]);
    expect(weigh("ant-2")).toBe(weigh());
    expect(weigh(ANT)).toBe(weigh() / 2);
  });

  test("load: the less of the capacity is free, the less, but never nothing", () => {
    const can = { skills: [], tags: [], capacity: 4, until: undefined };
    rising([4, 3, 1, 0].map((load) => loadFactor({ ...can, load }, 0)));
    // What it holds counts, where it says less of itself.
    expect(loadFactor({ ...can, load: 0 }, 3)).toBe(0.25);
    expect(loadFactor({ ...can, load: 4 }, 0)).toBe(0.1);
    expect(loadFactor(undefined, 3)).toBe(1);
  });

  test("several needs are as good as the weakest of them", () => {
    const able = aptitude({
      skills: ["go", "sql"],
      deeds: { go: record({ done: 9, accepted: 9 }), sql: record({ failed: 9 }) },
    });
    expect(able.skillFor(["go", "sql"])).toEqual(able.skill("sql"));
    expect(able.skillFor(["sql", "go"])).toEqual(able.skill("sql"));
    expect(able.skillFor(undefined)).toEqual(able.skill("*"));
  });
});

test("the explanation multiplies out: its factors are what a weight is made of", () => {
  const tasks = [
    { priority: 4, needs: ["go"], failed: [ANT, "ant-2"], created: NOW - 3 * DAY },
    { priority: 1, deadline: NOW + HOUR },
    { created: NOW - 9 * DAY },
  ];
  const worker = {
    skills: ["go"],
    capacity: 4,
    load: 1,
    deeds: { go: record({ done: 3, accepted: 2, failed: 1 }) },
  };
  const explained = explainChoice(board({ tasks, agents: { [ANT]: worker } }), ANT, NOW, 3);
  expect(explained.options).toHaveLength(3);
  for (const { own, stimulus, factors } of explained.options) {
    const of = (...names: readonly string[]) =>
      names.reduce((all, name) => all * factors.find((one) => one.name === name)!.value, 1);
    expect(of("need", "success", "threshold", "own failures", "load")).toBeCloseTo(own, 12);
    expect(of("priority", "age", "deadline", "unblocks", "repelled")).toBeCloseTo(stimulus, 12);
  }
  const shares = explained.options.map(({ share }) => share);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});
