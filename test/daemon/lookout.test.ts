import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PollPolicy, type PollOutcome } from "../../src/app/poll.ts";
import { Lookout } from "../../src/daemon/lookout.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A lookout whose looks are seen; each lasts until it is told what it gave. */
async function lookout({ local = true }: { local?: boolean } = {}) {
  let hint: () => void = () => undefined;
  let stopped = 0;
  const looks: boolean[] = [];
  const state: { next: PollOutcome | Promise<PollOutcome> } = { next: "quiet" };
  const one = new Lookout({
    watch: {
      async start(tell) {
        hint = tell;
        return async () => void (stopped += 1);
      },
    },
    policy: new PollPolicy(local, { fraction: () => 0.5 }),
    look: async (hinted) => {
      looks.push(hinted);
      return state.next;
    },
  });
  await one.start();
  return { one, looks, state, hint: () => hint(), stopped: () => stopped };
}

test("it looks at once, and then as often as the floor says", async () => {
  const { looks } = await lookout();
  expect(looks).toEqual([false]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(looks).toEqual([false, false, false, false, false, false]);
});

test("a hint is looked at at once", async () => {
  const { looks, hint } = await lookout();
  hint();
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toEqual([false, true]);
});

test("a stream of hints puts off no look, not even where the origin does not answer", async () => {
  const { looks, state, hint } = await lookout();
  state.next = "failed";
  hint();
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toHaveLength(2);
  for (let ms = 0; ms < 20_000; ms += 100) {
    hint();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(looks.length).toBeGreaterThanOrEqual(7);
  // Nor do hints make it ask an origin that is away more often than every 2 s.
  expect(looks.length).toBeLessThanOrEqual(13);
});

test("what is hinted at while it looks is looked at after that", async () => {
  const { looks, state, hint } = await lookout();
  let finish: (outcome: PollOutcome) => void = () => undefined;
  state.next = new Promise((resolve) => (finish = resolve));
  hint();
  await vi.advanceTimersByTimeAsync(1);
  hint();
  hint();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks).toHaveLength(2);
  finish("moved");
  state.next = "quiet";
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toEqual([false, true, true]);
});

test("who asks for a look gets one at the origin too, whatever is hinted at the same time", async () => {
  const { one, looks, hint } = await lookout();
  one.now();
  hint();
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toEqual([false, false]);
  hint();
  one.now();
  await vi.advanceTimersByTimeAsync(1);
  expect(looks).toEqual([false, false, false]);
});

test("a remote that is quiet is asked less often, and at the usual pace once it moves", async () => {
  const { looks, state } = await lookout({ local: false });
  await vi.advanceTimersByTimeAsync(120_000);
  const quiet = looks.length;
  expect(quiet).toBeLessThanOrEqual(10);
  state.next = "moved";
  await vi.advanceTimersByTimeAsync(120_000);
  expect(looks.length - quiet).toBeGreaterThan(40);
});

test("after the end nothing is looked at, and the look under way is waited for", async () => {
  const { one, looks, state, hint, stopped } = await lookout();
  let finish: (outcome: PollOutcome) => void = () => undefined;
  state.next = new Promise((resolve) => (finish = resolve));
  one.now();
  await vi.advanceTimersByTimeAsync(1);
  let over = false;
  const stopping = one.stop().then(() => (over = true));
  await vi.advanceTimersByTimeAsync(10);
  expect([over, stopped()]).toEqual([false, 1]);
  finish("moved");
  await stopping;
  hint();
  one.now();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks).toHaveLength(2);
});
