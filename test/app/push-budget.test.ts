import fc from "fast-check";
import { expect, test } from "vitest";
import { budgeted, PushBudget } from "../../src/app/push-budget.ts";
import type { Remote } from "../../src/app/ports.ts";
import { Sequencer, SEQUENCER_LIMITS } from "../../src/app/sequencer.ts";
import { Submitter } from "../../src/app/submit.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { memoryWorld } from "../support/memory-world.ts";
import { runs } from "../support/scale.ts";

const MINUTE = 60_000;

/** The most that lie in any stretch of a minute. */
function busiestMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => inMinute(times, from)));
}

function inMinute(times: readonly number[], from: number): number {
  return times.filter((at) => at >= from && at < from + MINUTE).length;
}

test("the first half comes at once, the rest evenly, and a minute has no more than it may", async () => {
  const clock = virtualClock();
  const budget = new PushBudget(clock, 6);
  const start = clock.now();
  const times: number[] = [];
  for (let push = 0; push < 20; push += 1) {
    await budget.take();
    times.push(clock.now() - start);
  }
  expect(times.slice(0, 7)).toEqual([0, 0, 0, 10_000, 20_000, 30_000, 60_000]);
  expect(busiestMinute(times)).toBe(6);
  // Nobody stands still for most of a minute once it is busy.
  expect(Math.max(...times.slice(6).map((at, n) => at - times[n + 5]!))).toBeLessThanOrEqual(
    30_000,
  );
});

test("whoever waits at the same time does not pass through the same gap", async () => {
  const clock = virtualClock({ sleep: "wait" });
  const budget = new PushBudget(clock, 6);
  const times: number[] = [];
  for (let push = 0; push < 40; push += 1) void budget.take().then(() => times.push(clock.now()));
  await clock.advance(0);
  for (let second = 0; second < 600; second += 1) await clock.advance(1_000);
  expect(times).toHaveLength(40);
  expect(busiestMinute(times)).toBe(6);
});

test("without a limit nothing waits, and nothing is kept", async () => {
  const clock = virtualClock();
  const budget = new PushBudget(clock, Number.POSITIVE_INFINITY);
  const start = clock.now();
  for (let push = 0; push < 1_000; push += 1) await budget.take();
  expect([clock.now() - start, budget.delay(), budget.spare()]).toEqual([0, 0, true]);
});

test("what can wait is let through only while half of it is left", async () => {
  const budget = new PushBudget(virtualClock(), 6);
  const spare: boolean[] = [];
  for (let push = 0; push < 4; push += 1) {
    spare.push(budget.spare());
    await budget.take();
  }
  expect(spare).toEqual([true, true, true, false]);
});

/** A clock that a person, or NTP, sets back: time that really passed, and what the clock says of it. */
function settableClock() {
  let real = 0;
  let offset = 1_767_225_600_000;
  return {
    real: () => real,
    setBack: (ms: number) => void (offset -= ms),
    pass: (ms: number) => void (real += ms),
    clock: {
      now: () => real + offset,
      async sleep(ms: number) {
        // In a turn of its own: whoever has been let through by then has been counted.
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        real += ms;
      },
    },
  };
}

test("at most so many in any minute of real time, whenever they come and however the clock is set back", async () => {
  const step = fc.record({
    wait: fc.oneof(fc.constant(0), fc.nat(500), fc.nat(70_000)),
    back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(200_000)),
    asks: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.array(step, { maxLength: 60 }),
      async (most, steps) => {
        const { clock, real, setBack, pass } = settableClock();
        const budget = new PushBudget(clock, most);
        const times: number[] = [];
        for (const { wait, back, asks } of steps) {
          pass(wait);
          setBack(back);
          const taken = Array.from({ length: asks }, () =>
            budget.take().then(() => times.push(real())),
          );
          await Promise.all(taken);
        }
        expect(times).toHaveLength(steps.reduce((sum, { asks }) => sum + asks, 0));
        expect(busiestMinute(times)).toBeLessThanOrEqual(most);
      },
    ),
    runs(300),
  );
});

test("1,000 commands on six pushes a minute: all are answered, and no minute has seven pushes", async () => {
  const world = memoryWorld(21);
  const clone = await world.found();
  const budget = new PushBudget(world.clock, 6);
  const pushes: number[] = [];
  const counted: Remote = {
    ...clone.ports.remote,
    push: (...args) => {
      pushes.push(world.clock.now());
      return clone.ports.remote.push(...args);
    },
  };
  const submitter = new Submitter(clone.line, {
    ...clone.ports,
    remote: budgeted(counted, budget),
  });
  const sequencer = new Sequencer(
    { clock: world.clock, budget, submit: (requests) => submitter.submit(requests) },
    { ...SEQUENCER_LIMITS, batchCount: 25 },
  );
  const answered = Array.from({ length: 1_000 }, (_, index) => {
    const request = {
      agent: clone.agent,
      command: { type: "add", tasks: [{ title: `task ${index}` }] },
      signer: clone.signer,
    } as const;
    const taken = sequencer.submit([request], 100);
    if (!taken.ok) throw new Error(taken.error.code);
    return taken.value;
  });
  const outcomes = (await Promise.all(answered)).flat();
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1_000);
  expect(await clone.tasks()).toHaveLength(1_000);
  expect(pushes.length).toBe(40);
  expect(busiestMinute(pushes)).toBe(6);
  // Forty pushes at six a minute: as fast as that allows.
  expect(pushes.at(-1)! - pushes[0]!).toBeLessThan(7 * MINUTE);
});
