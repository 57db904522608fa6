import { describe, expect, test } from "vitest";
import { virtualClock } from "../../src/memory/clock.ts";

describe("virtualClock", () => {
  test("stands still until it is told otherwise", async () => {
    const clock = virtualClock({ start: 1_000 });
    expect(clock.now()).toBe(1_000);
    await clock.sleep(250);
    expect(clock.now()).toBe(1_250);
    await clock.advance(50);
    expect(clock.now()).toBe(1_300);
    await clock.sleep(-5);
    expect(clock.now()).toBe(1_300);
  });

  test("`advance` wakes sleepers in the order of their time, at their time", async () => {
    const clock = virtualClock({ start: 0, sleep: "wait" });
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    };
    const all = [sleeper("late", 30), sleeper("early", 10), sleeper("too late", 100)];
    await clock.advance(50);
    expect(woken).toEqual([
      ["early", 10],
      ["late", 30],
    ]);
    expect([clock.now(), clock.sleeping()]).toEqual([50, 1]);
    await clock.advance(50);
    await Promise.all(all);
    expect(woken.at(-1)).toEqual(["too late", 100]);
  });

  test("who goes to sleep again within the stretch is woken again", async () => {
    const clock = virtualClock({ start: 0, sleep: "wait" });
    const ticks: number[] = [];
    const ticker = (async () => {
      while (clock.now() < 40) {
        await clock.sleep(10);
        ticks.push(clock.now());
      }
    })();
    await clock.advance(100);
    await ticker;
    expect(ticks).toEqual([10, 20, 30, 40]);
    expect([clock.now(), clock.sleeping()]).toEqual([100, 0]);
  });
});
