import { describe, expect, test } from "vitest";
import { PRESENCE_REFS } from "../../src/app/ports.ts";
import { BEAT_MS, Heartbeats, QUIET_MS } from "../../src/app/presence.ts";
import type { AgentId, TaskId } from "../../src/protocol/ids.ts";
import { readHeartbeat } from "../../src/protocol/presence.ts";
import { type MemoryClone, memoryWorld } from "../support/memory-world.ts";

const ANT = "ant-1" as AgentId;
const BEE = "bee-1" as AgentId;
const NAME = `${PRESENCE_REFS}ant-1`;

async function open(spare: (urgent: boolean) => boolean = () => true) {
  const world = memoryWorld(11);
  const clone = await world.found();
  const warnings: unknown[] = [];
  const heartbeats = new Heartbeats(clone.ports, {
    mound: "m",
    host: "desk",
    look: async () => ({ now: world.clock.now(), doing: ["k3f9qz7" as TaskId] }),
    spare,
    warn: (error) => warnings.push(error),
  });
  /** What the origin has of an agent. */
  const heard = async (ref = NAME) => {
    const oid = world.origin.presence.get(ref);
    const object = oid === undefined ? undefined : world.origin.objects.get(oid);
    if (object === undefined) return undefined;
    const read = readHeartbeat(ref.slice(PRESENCE_REFS.length), object.bytes);
    return read.ok ? read.value.heartbeat : read.error;
  };
  return { ...world, clone, heartbeats, heard, warnings };
}

const push = async ({ ports, line }: MemoryClone, heartbeats: Heartbeats) => {
  // A push that has lost already: the riders go all the same.
  const outcome = await ports.remote.push(line.tip!, undefined, await heartbeats.riders());
  heartbeats.carried(outcome.carried ?? []);
};

describe("heartbeats", () => {
  test("nobody here has nothing to say", async () => {
    const { heartbeats, heard } = await open();
    expect(heartbeats.dueAt()).toBeUndefined();
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 0 });
    expect(await heartbeats.riders()).toEqual([]);
    expect(await heard()).toBeUndefined();
  });

  test("one that comes is said at once, and again each minute, with the same beginning", async () => {
    const { heartbeats, heard, clone, clock } = await open();
    const start = clock.now();
    heartbeats.join(ANT, clone.signer);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    const first = { state: "here", host: "desk", doing: ["k3f9qz7"], since: start };
    expect(await heard()).toMatchObject({ ...first, at: start, until: start + QUIET_MS });
    expect(heartbeats.dueAt()).toBe(start + BEAT_MS);
    await clock.advance(BEAT_MS - 1);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 0 });
    await clock.advance(1);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    expect(await heard()).toMatchObject({ ...first, at: start + BEAT_MS });
  });

  test("all of a process go in one push, and one that was late joins the others", async () => {
    const { heartbeats, heard, clone, clock, origin } = await open();
    heartbeats.join(ANT, clone.signer);
    await heartbeats.beat();
    await clock.advance(BEAT_MS / 2);
    heartbeats.join(BEE, clone.signer);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 2 });
    expect(await heard()).toMatchObject({ at: clock.now() });
    expect(await heard(`${PRESENCE_REFS}bee-1`)).toMatchObject({ at: clock.now() });
    expect(origin.presence.size).toBe(2);
    expect(heartbeats.agents).toEqual([ANT, BEE]);
  });

  test("what rode on a push of the line needs none of its own", async () => {
    const { heartbeats, heard, clone, clock } = await open();
    heartbeats.join(ANT, clone.signer);
    await push(clone, heartbeats);
    expect(await heartbeats.riders()).toEqual([]);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 0 });
    await clock.advance(BEAT_MS / 2);
    await push(clone, heartbeats);
    const at = clock.now();
    expect(await heard()).toMatchObject({ at });
    await clock.advance(BEAT_MS / 2);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 0 });
    expect(await heard()).toMatchObject({ at });
  });

  test("without budget it waits, and is silent rather than over it", async () => {
    let budget = false;
    const asked: boolean[] = [];
    const { heartbeats, heard, clone } = await open((urgent) => {
      asked.push(urgent);
      return budget;
    });
    heartbeats.join(ANT, clone.signer);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 0 });
    expect(await heard()).toBeUndefined();
    budget = true;
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    heartbeats.leave(ANT);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    expect(asked).toEqual([false, false, true]);
  });

  test("leaving is said at once, once, and is the last word", async () => {
    const { heartbeats, heard, clone, clock } = await open();
    heartbeats.join(ANT, clone.signer);
    await heartbeats.beat();
    await clock.advance(1);
    heartbeats.leave(ANT);
    heartbeats.leave(BEE);
    expect(heartbeats.agents).toEqual([]);
    expect(heartbeats.dueAt()).toBe(0);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    expect(await heard()).toMatchObject({ state: "leaving", doing: [] });
    expect(heartbeats.dueAt()).toBeUndefined();
    expect(await heartbeats.riders()).toEqual([]);
  });

  test("one that decides to leave while its heartbeat is under way still says so", async () => {
    const { heartbeats, heard, clone } = await open();
    heartbeats.join(ANT, clone.signer);
    const riders = await heartbeats.riders();
    heartbeats.leave(ANT);
    await clone.ports.remote.publish(riders);
    heartbeats.carried([NAME]);
    expect(await heard()).toMatchObject({ state: "here" });
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    expect(await heard()).toMatchObject({ state: "leaving" });
  });

  test("one that comes back begins a new stay, dated later though the clock stood still", async () => {
    const { heartbeats, heard, clone, clock } = await open();
    heartbeats.join(ANT, clone.signer);
    await heartbeats.beat();
    await clock.advance(5_000);
    heartbeats.leave(ANT);
    heartbeats.join(ANT, clone.signer);
    await heartbeats.beat();
    expect(await heard()).toMatchObject({ state: "here", since: clock.now(), at: clock.now() });
    const other = new Heartbeats(clone.ports, {
      mound: "m",
      host: "lap",
      look: async () => ({ now: clock.now(), doing: [] }),
      spare: () => true,
    });
    other.join(ANT, clone.signer, { since: clock.now() - 1_000, at: clock.now() });
    await other.beat();
    const again = { host: "lap", since: clock.now() - 1_000, at: clock.now() + 1 };
    expect(await heard()).toMatchObject(again);
  });

  test("an origin that cannot be reached is tried again after a minute, not at once", async () => {
    const { heartbeats, heard, clone, clock, origin } = await open();
    origin.mishaps.pushes.push("unreachable");
    heartbeats.join(ANT, clone.signer);
    expect(await heartbeats.beat()).toMatchObject({ error: { code: "remote-unreachable" } });
    expect(heartbeats.dueAt()).toBe(clock.now() + BEAT_MS);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 0 });
    await clock.advance(BEAT_MS);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    expect(await heard()).toMatchObject({ at: clock.now() });
  });

  test("one that leaves does not wait for the next try", async () => {
    const { heartbeats, heard, clone, origin } = await open();
    heartbeats.join(ANT, clone.signer);
    origin.mishaps.pushes.push("unreachable");
    await heartbeats.beat();
    heartbeats.leave(ANT);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    expect(await heard()).toMatchObject({ state: "leaving" });
  });

  test("an origin that takes none is offered the same one for a while", async () => {
    const { heartbeats, clone, clock } = await open();
    heartbeats.join(ANT, clone.signer);
    const first = await heartbeats.riders();
    heartbeats.carried([]);
    expect(await heartbeats.riders()).toEqual(first);
    await clock.advance(BEAT_MS / 2);
    expect(await heartbeats.riders()).not.toEqual(first);
  });

  test("a key that does not sign holds up nobody else", async () => {
    const { heartbeats, heard, clone, clock, warnings } = await open();
    const error = new Error("the token was taken out");
    const dumb = { ...clone.signer, sign: () => Promise.reject(error) };
    heartbeats.join(BEE, dumb);
    heartbeats.join(ANT, clone.signer);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 1 });
    expect(await heard()).toMatchObject({ state: "here" });
    expect(warnings).toEqual([error]);
    expect(await heartbeats.beat()).toEqual({ ok: true, value: 0 });
    expect(heartbeats.dueAt()).toBe(clock.now() + BEAT_MS);
  });
});
