import { describe, expect, test } from "vitest";
import type { AgentId } from "../../../src/protocol/ids.ts";
import type { MemoryState } from "../../../src/protocol/state.ts";
import { choose } from "../../../src/protocol/views/match.ts";
import { ANT, board, chosen, idAt, many, NOW, type Worker } from "../../support/board.ts";

const MINUTE = 60_000;

describe("agents that outnumber the tasks", () => {
  const crowded = (tasks: number, idle: number, more: Partial<Worker> = {}) =>
    board({
      tasks: Array.from({ length: tasks }, () => ({})),
      agents: many(idle, { idle: 1_000, ...more }),
    });
  const passing = (state: MemoryState, count: number, now = NOW): number => {
    const kinds = Array.from({ length: count }, (_, at) =>
      choose(state, `ant-${at + 1}` as AgentId, now, { yields: true }),
    );
    return kinds.filter(({ kind }) => kind === "task").length;
  };

  test("step back but for as many as there are tasks, and never but for a few", () => {
    const passed = passing(crowded(20, 40), 40);
    expect(passed).toBeGreaterThan(12);
    expect(passed).toBeLessThan(28);
    expect(passing(crowded(1, 40), 40)).toBeLessThan(18);
    expect(passing(crowded(1, 8), 8)).toBe(8);
  });

  test("do not step back unless they say that they will ask again", () => {
    const state = crowded(1, 40);
    for (let at = 1; at <= 40; at += 1) expect(chosen(state, `ant-${at}`)).toBe(idAt(0));
  });

  test("are let through another time", () => {
    const state = crowded(1, 40);
    const times = Array.from({ length: 60 }, (_, at) => NOW + at * 10_000);
    const passed = times.filter((now) => chosen(state, ANT, { yields: true }, now) === idAt(0));
    expect(passed.length).toBeGreaterThan(0);
    expect(passed.length).toBeLessThan(30);
  });

  test("are those that were heard of lately and hold nothing", () => {
    expect(passing(crowded(1, 40, { idle: 16 * MINUTE }), 40)).toBe(40);
    expect(passing(crowded(1, 40, { held: { x: NOW + 1 } }), 40)).toBe(40);
    expect(passing(crowded(1, 40, { held: { x: NOW } }), 40)).toBeLessThan(18);
  });

  test("are those that could do the task, too", () => {
    const state = board({
      tasks: [{ needs: ["go"] }],
      agents: {
        ...many(40, { idle: 1_000 }),
        "go-1": { skills: ["go"], idle: 1_000 },
        "go-2": { skills: ["go", "sql"], idle: 1_000 },
      },
    });
    for (let at = 0; at < 60; at += 1) {
      const now = NOW + at * 10_000;
      expect(chosen(state, "go-1", { yields: true }, now)).toBe(idAt(0));
    }
    const able = board({
      tasks: [{ needs: ["go"] }],
      agents: many(40, { skills: ["go"], idle: 1_000 }),
    });
    expect(passing(able, 40)).toBeLessThan(18);
  });

  test("say so in a declaration that holds, by a skill or by a tag", () => {
    const skilled = { skills: ["go"], idle: 1_000 };
    const crowd = (worker: Worker) =>
      board({
        tasks: [{ needs: ["go"] }],
        agents: { ...many(40, worker), [ANT]: skilled },
      });
    const free = (state: MemoryState): boolean =>
      Array.from({ length: 30 }, (_, at) => NOW + at * 10_000).every(
        (now) => chosen(state, ANT, { yields: true }, now) === idAt(0),
      );
    expect(free(crowd(skilled))).toBe(false);
    expect(free(crowd({ tags: ["go"], idle: 1_000 }))).toBe(false);
    expect(free(crowd({ ...skilled, until: NOW + 1 }))).toBe(false);
    expect(free(crowd({ ...skilled, until: NOW }))).toBe(true);
  });

  test("are counted for each kind of task on one tip", () => {
    const state = board({
      tasks: [{ needs: ["go"] }, { needs: ["sql"] }],
      agents: {
        ...many(40, { skills: ["go"], idle: 1_000 }),
        "sql-1": { skills: ["sql"], idle: 1_000 },
      },
    });
    for (let at = 0; at < 20; at += 1) {
      const now = NOW + at * 10_000;
      expect(passing(state, 40, now)).toBeLessThan(20);
      expect(chosen(state, "sql-1", { yields: true }, now)).toBe(idAt(1));
    }
  });

  test("are told that there is nothing where there is nothing", () => {
    expect(chosen(crowded(0, 40), ANT, { yields: true })).toBe("none");
  });
});
