import { describe, expect, test } from "vitest";
import { err, ok, type Result } from "../../src/base/result.ts";
import { seededRandom } from "../../src/memory/random.ts";
import { memoryWatch } from "../../src/memory/watch.ts";
import { campaign } from "../../src/work/campaign.ts";
import type { DeskFault } from "../../src/work/desk.ts";
import type { HeldLock, LockDesk } from "../../src/work/lock-desk.ts";
import { AWAY, MINUTE, SECOND, virtualTimers } from "./scene.ts";

/** A lock that another holds until it is free, and a campaign for it. */
function race(waitMs: number, { heldFor = 30 * SECOND, lookMaxMs = 10 * SECOND } = {}) {
  const { timers, advance } = virtualTimers();
  const watch = memoryWatch();
  const start = timers.now();
  const stop = new AbortController();
  const told: DeskFault[] = [];
  const tries: number[] = [];
  const released: HeldLock[] = [];
  const until = start + heldFor;
  const held: DeskFault = {
    rule: "LK2",
    code: "lock-held",
    lock: "deploy",
    by: "ant-2",
    until,
    token: 1,
  };
  const other = { fault: held as DeskFault | undefined };
  const desk: LockDesk = {
    async take(): Promise<Result<HeldLock, DeskFault>> {
      tries.push((timers.now() - start) / SECOND);
      const free = other.fault === undefined || (other.fault === held && timers.now() >= until);
      return free
        ? ok({ name: "deploy", token: 2, until: timers.now() + MINUTE })
        : err(other.fault!);
    },
    renew: async () => ok(timers.now() + MINUTE),
    async release(lock) {
      released.push(lock);
      return ok(undefined);
    },
  };
  const random = seededRandom(3);
  const options = { desk, timers, random, watch, waitMs, lookMaxMs, stop: stop.signal };
  const end = campaign({ ...options, tell: (fault) => told.push(fault) });
  return { end, advance, tries, told, other, watch, stop, released, held };
}

describe("a campaign for a lock", () => {
  test("that does not wait tries once", async () => {
    const { end, tries, held } = race(0);
    expect(await end).toEqual(err(held));
    expect(tries).toEqual([0]);
  });

  test("takes it when the lease of the holder is over, and says once what it waits for", async () => {
    const { end, advance, tries, told, held } = race(Infinity);
    for (let at = 0; at < 32; at += 1) await advance(SECOND);
    expect(await end).toMatchObject({ ok: true, value: { token: 2 } });
    expect(tries.at(-1)).toBeLessThan(31);
    expect(tries.length).toBeLessThan(6);
    expect(told).toEqual([held]);
  });

  test("takes it at once when a hint comes that it was given back, but looks no more often than twice a second", async () => {
    const { end, advance, tries, other, watch } = race(Infinity);
    await advance(SECOND);
    for (let at = 0; at < 20; at += 1) {
      watch.moved();
      await advance(100);
    }
    expect(tries.length).toBeLessThan(7);
    other.fault = undefined;
    watch.moved();
    await advance(600);
    expect(await end).toMatchObject({ ok: true });
    expect(tries.at(-1)).toBeLessThan(5);
  });

  test("ends with what was in the way when its time is over", async () => {
    const { end, advance, held } = race(5 * SECOND);
    await advance(5 * SECOND);
    await advance(SECOND);
    expect(await end).toEqual(err(held));
  });

  test("goes on while the origin is away", async () => {
    const { end, advance, other, told } = race(Infinity);
    other.fault = AWAY;
    for (let at = 0; at < 20; at += 1) await advance(SECOND);
    other.fault = undefined;
    for (let at = 0; at < 20; at += 1) await advance(SECOND);
    expect(await end).toMatchObject({ ok: true });
    expect(told.map(({ code }) => code)).toContain("remote-unreachable");
  });

  test("told to stop leaves nothing behind", async () => {
    const waiting = race(Infinity);
    await waiting.advance(SECOND);
    waiting.stop.abort();
    await waiting.advance(0);
    expect(await waiting.end).toEqual(err(waiting.held));
    const late = race(Infinity, { heldFor: 0 });
    late.stop.abort();
    expect(await late.end).toMatchObject({ ok: false });
    expect(late.released).toMatchObject([{ token: 2 }]);
  });
});
