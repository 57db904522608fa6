import { expect, test } from "vitest";
import { Backoff } from "../../src/app/backoff.ts";
import type { Clock, Random } from "../../src/app/ports.ts";

const clock: Clock = { now: () => 0, sleep: async () => undefined };
const random: Random = { bytes: (count) => new Uint8Array(count), fraction: () => 1 };

test("who never lost a race waits for nobody, whoever else was there", async () => {
  const backoff = new Backoff(clock, random);
  backoff.saw(["ant-1", "ant-2", "ant-3"]);
  backoff.won();
  expect(await backoff.wait()).toBe(0);
});

test("against one other, the wait doubles with each lost race and halves with each won", async () => {
  const backoff = new Backoff(clock, random);
  const waits: number[] = [];
  for (const step of ["lost", "lost", "lost", "won", "won", "won"] as const) {
    backoff[step]();
    waits.push(await backoff.wait());
  }
  expect(waits).toEqual([40, 80, 160, 80, 40, 0]);
});

test("in a crowd a loser waits for a turn of everyone, and a winner for twice as many", async () => {
  const backoff = new Backoff(clock, random);
  backoff.saw(Array.from({ length: 32 }, (_, index) => `ant-${index}`));
  backoff.lost();
  expect(await backoff.wait()).toBe(20 * 32);
  backoff.won();
  expect(await backoff.wait()).toBe(20 * 64);
  backoff.lost();
  expect(await backoff.wait()).toBe(20 * 32);
});

test("in a crowd, who loses again and again waits less each time, but never races on at once", async () => {
  const backoff = new Backoff(clock, random);
  backoff.saw(Array.from({ length: 32 }, (_, index) => `ant-${index}`));
  const waits: number[] = [];
  for (let race = 0; race < 5; race += 1) {
    backoff.lost();
    waits.push(await backoff.wait());
  }
  expect(waits).toEqual([640, 320, 160, 160, 160]);
});

test("a crowd that has gone is forgotten", async () => {
  const backoff = new Backoff(clock, random);
  backoff.saw(["ant-1", "ant-2", "ant-3"]);
  backoff.lost();
  for (let win = 0; win < 80; win += 1) backoff.won();
  expect(await backoff.wait()).toBe(0);
});

test("the unit of waiting is what a push takes, and no wait is endless", async () => {
  const backoff = new Backoff(clock, random);
  for (let push = 0; push < 50; push += 1) backoff.measured(1_000);
  backoff.lost();
  expect(await backoff.wait()).toBeCloseTo(2_000, -1);
  for (let race = 0; race < 10; race += 1) backoff.lost();
  expect(await backoff.wait()).toBe(30_000);
  backoff.measured(100);
  backoff.won();
  expect(await backoff.wait()).toBe(100 * 32);
});
