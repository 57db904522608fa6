import { expect, test } from "vitest";
import type { Watch } from "../../src/app/ports.ts";
import { LOOK_MIN_MS } from "../../src/work/worker.ts";
import { FakeProgram, MINUTE, SECOND, taskNamed, worker } from "./scene.ts";

/** A watch that gives a hint when the test says so. */
function hinting() {
  let given: (() => void) | undefined;
  const watch: Watch = {
    start: async (hint) => {
      given = hint;
      return async () => void (given = undefined);
    },
  };
  return {
    watch,
    hint: () => given?.(),
    get watched(): boolean {
      return given !== undefined;
    },
  };
}

test("a hint makes it look at once, and stops with it", async () => {
  const hints = hinting();
  const program = new FakeProgram();
  const { advance, desk, run, said, stop, timers } = worker([program], hints);
  const working = run();
  await advance(10 * MINUTE);
  desk.open.push(taskNamed("a"));
  const before = timers.now();
  hints.hint();
  await advance(0);
  expect([said().at(-1), timers.now()]).toEqual(["claimed", before]);
  program.exit(0);
  await advance(0);
  stop();
  await working;
  expect(hints.watched).toBe(false);
});

test("hints that come faster than looks end: a tenth of the time goes into looks, and the last is heard", async () => {
  const hints = hinting();
  const { advance, desk, run, said, stop, timers } = worker([new FakeProgram()], hints);
  desk.lookMs = 20;
  const working = run();
  await advance(10 * MINUTE);
  const before = desk.looks.length;
  for (let at = 0; at < 1_000; at += 1) {
    hints.hint();
    await advance(10);
  }
  // Ten seconds, and 200 ms from the beginning of one to that of the next.
  expect(desk.looks.length - before).toBeGreaterThanOrEqual(45);
  expect(desk.looks.length - before).toBeLessThanOrEqual(51);
  await advance(MINUTE);
  desk.open.push(taskNamed("a"));
  hints.hint();
  const from = timers.now();
  await advance(25);
  expect([said().at(-1), timers.now() - from]).toEqual(["claimed", 25]);
  stop();
  await advance(MINUTE);
  await working;
});

test("so too where what looks free is taken by others each time", async () => {
  const hints = hinting();
  const { advance, desk, run, stop } = worker([], hints);
  desk.lookMs = 20;
  desk.phantom = true;
  const working = run();
  for (let at = 0; at < 500; at += 1) {
    hints.hint();
    await advance(10);
  }
  expect(desk.looks.length).toBeGreaterThan(20);
  expect(desk.looks.length).toBeLessThanOrEqual(26);
  stop();
  await advance(SECOND);
  await working;
});

test("after a look that took long, a hint waits two seconds, and never for longer than the next look", async () => {
  const hints = hinting();
  const { advance, desk, run, stop, timers } = worker([], { ...hints, lookMaxMs: LOOK_MIN_MS });
  desk.lookMs = 5 * SECOND;
  const working = run();
  await advance(MINUTE);
  const looked = desk.looks.length;
  await advance(0);
  while (desk.looks.length === looked) await advance(100);
  await advance(5 * SECOND);
  const from = timers.now();
  hints.hint();
  while (desk.looks.length === looked + 1) await advance(100);
  expect(timers.now() - from).toBeGreaterThan(SECOND);
  expect(timers.now() - from).toBeLessThanOrEqual(LOOK_MIN_MS + 100);
  stop();
  await advance(MINUTE);
  await working;
});
