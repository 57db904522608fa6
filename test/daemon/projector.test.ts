import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Log } from "../../src/daemon/log.ts";
import { Projector } from "../../src/daemon/projector.ts";
import { systemClock } from "../../src/git/clock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Of the timers of this test, which are no real ones. */
const takeTime = systemClock.sleep.bind(systemClock);

const log = { warn: () => undefined } as unknown as Log;

/** A projector whose projections take this many milliseconds, and when each of them began. */
function projector(takes: number) {
  const from = performance.now();
  const began: number[] = [];
  const project = async () => {
    began.push(performance.now() - from);
    await takeTime(takes);
    return { current: true, kept: [] };
  };
  return { projector: new Projector({ project }, log), began };
}

/** The line moves every 10 milliseconds for so long. */
async function busy(one: Projector, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    one.wake();
    await vi.advanceTimersByTimeAsync(10);
  }
}

test("a busy line is followed with a gap", async () => {
  const { projector: one, began } = projector(20);
  await busy(one, 2_000);
  expect(began.map(Math.round)).toEqual([400, 820, 1_240, 1_660]);
});

test("one that takes long rests three times as long, and never for longer than 5 seconds", async () => {
  const slow = projector(500);
  await busy(slow.projector, 20_000);
  expect(gaps(slow.began)).toEqual([2_000]);
  const slower = projector(3_000);
  await busy(slower.projector, 60_000);
  expect(gaps(slower.began)).toEqual([8_000]);
});

/** The different times from one to the next, after the first, of which nobody knew how long it takes. */
function gaps(began: readonly number[]): readonly number[] {
  const between = began.slice(1).map((at, index) => Math.round(at - began[index]!));
  return [...new Set(between.slice(1))];
}

test("at the end what is left is projected once more, after the one under way", async () => {
  const { projector: one, began } = projector(500);
  one.wake();
  await vi.advanceTimersByTimeAsync(450);
  one.wake();
  const stopped = one.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
  one.wake();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(began.map(Math.round)).toEqual([400, 900]);
});

test("at the end of a line that was quiet nothing is projected", async () => {
  const { projector: one, began } = projector(100);
  one.wake();
  await vi.advanceTimersByTimeAsync(1_000);
  await one.stop();
  expect(began).toHaveLength(1);
});
