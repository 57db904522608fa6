import { expect, test } from "vitest";
import { checkGates, GATES } from "../../src/sim/gates.ts";
import { measure, nameOf, rowsFor, tableOf } from "../../src/sim/matching.ts";
import { predictedCollisions, SETTINGS, type Row } from "../../src/sim/rows.ts";
import { runSteady } from "../../src/sim/steady.ts";
import { STRATEGIES } from "../../src/sim/strategy.ts";

const SIZE = { claims: 500, attempts: 1_200 };
const small: Row = { setting: "alike", agents: 50, tasks: 50, delay: 120, strategy: "uniform" };

test("the same seed gives the same table, another seed another", () => {
  const row = { agents: 12, tasks: 10, delay: 30 };
  const rows: readonly Row[] = [
    ...SETTINGS.map((setting): Row => ({ ...row, setting, strategy: "mound" })),
    { ...row, setting: "alike", strategy: "argmax" },
    { ...row, setting: "alike", strategy: "uniform" },
  ];
  const simulate = (seed: number) =>
    tableOf(rows.map((one) => measure(one, seed, { claims: 30, attempts: 60 })));
  const table = simulate(1);
  expect(simulate(1)).toBe(table);
  expect(simulate(2)).not.toBe(table);
});

test("uniform choice collides as often as theory says", () => {
  const { collisions, predicted } = measure(small, 3, SIZE);
  // Of 600 attempts of which a sixth collide the standard error is 1.6 points: three of them.
  const theory = predictedCollisions(50, 120_000, 1 / 50);
  expect(theory).toBeCloseTo(0.181, 3);
  expect(Math.abs(collisions - theory)).toBeLessThan(0.048);
  expect(Math.abs(predicted! - theory)).toBeLessThan(0.03);
});

test("Mound's choice collides no more than uniform choice, what everyone writes first nearly always", () => {
  const uniform = measure(small, 4, SIZE);
  const mound = measure({ ...small, strategy: "mound" }, 4, SIZE);
  const argmax = measure({ ...small, strategy: "argmax" }, 4, SIZE);
  // Three standard errors of the difference of two such shares.
  expect(mound.collisions).toBeLessThan(uniform.collisions + 0.066);
  expect(argmax.collisions).toBeGreaterThan(0.9);
  expect(mound.throughput!).toBeGreaterThan(argmax.throughput! * 2);
});

test.each(["argmax", "uniform", "mound"] as const)("%s: no task is ever taken twice", (name) => {
  const taken = new Map<string, number>();
  runSteady({
    agents: 20,
    tasks: 10,
    delay: 120_000,
    strategy: STRATEGIES[name],
    seed: 5,
    claims: 120,
    attempts: 600,
    warmUp: 0,
    taken: ({ task }) => {
      taken.set(task, (taken.get(task) ?? 0) + 1);
      return false;
    },
  });
  expect(taken.size).toBeGreaterThan(40);
  expect([...taken.values()].every((times) => times === 1)).toBe(true);
});

test("in a round of uniform choice 1 - (1 - 1/M)^N of the tasks are taken at once", () => {
  const row: Row = { ...small, setting: "round", agents: 50, tasks: 100 };
  const { each, claims, rounds } = measure(row, 6, SIZE);
  expect(claims).toBe(50);
  expect(each).toBeGreaterThan(1.1);
  expect(each).toBeLessThan(1.6);
  expect(rounds).toBeLessThan(10);
});

test("agents that outnumber the tasks are over when the tasks are", () => {
  const row: Row = { ...small, setting: "round", agents: 50, tasks: 5 };
  expect(measure(row, 6, SIZE)).toMatchObject({ claims: 5, rounds: 1, each: 10 });
});

test("a gate is missed above its most and below its least, and not checked without its row", () => {
  const nothing = measure(small, 1, { claims: 20, attempts: 40 });
  expect(checkGates([nothing])).toEqual([]);
  const values = { collisions: 0.5, each: 5, oldTaken: Infinity, specialists: 1 };
  const bad = GATES.map(({ row }) => ({ ...nothing, ...row, ...values }));
  expect(checkGates(bad).map(({ met }) => met)).toEqual(GATES.map(() => false));
  const best = { collisions: 0.01, each: 1, oldTaken: 60, specialists: 6 };
  const good = GATES.map(({ row }) => ({ ...nothing, ...row, ...best }));
  expect(checkGates(good).map(({ met }) => met)).toEqual(GATES.map(() => true));
});

test("the rows of all gates are simulated by default, each row once", () => {
  for (const full of [false, true]) {
    const names = rowsFor(full).map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(GATES.map(({ row }) => nameOf(row))));
  }
});
