import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  replay,
  type ReplayOptions,
  type ReplayPoint,
  type ReplayPorts,
  type Wanted,
} from "../../src/app/replay.ts";
import { Walk } from "../../src/app/walk.ts";
import { sha256Hex } from "../../src/git/hash.ts";
import { fold } from "../../src/protocol/fold.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { type Key, MemoryState, type Value, type View } from "../../src/protocol/state.ts";
import { runs } from "../support/scale.ts";
import { plainFile } from "../support/world-files.ts";
import { worldOrigins } from "../support/world-ports.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";
import { Yard } from "../support/yard.ts";
import { steps } from "../support/yard-steps.ts";

async function pointOf(options: ReplayOptions): Promise<ReplayPoint> {
  const found = await replay(options);
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}

function digestOf(state: View): string {
  const entries = state.keys("").map((key): [Key, Value] => [key, state.get(key)!]);
  return stateDigest(entries, sha256Hex);
}

/** The digest after the first `count` commits, folded in one piece. */
function digestAt(world: World, count: number): string {
  const state = new MemoryState();
  for (const facts of world.log.slice(0, count)) fold(state, facts);
  return digestOf(state);
}

function portsOf(world: World): ReplayPorts {
  const origin = worldOrigins(world)();
  origin.length = world.log.length;
  return origin.clone();
}

/** The place of the last commit of the longest part of the line that knows nothing of what is later. */
function placeAt(world: World, time: number): number {
  const isLate = (at: number): boolean =>
    world.verdicts[at]!.accepted && world.verdicts[at]!.time > time;
  const first = world.verdicts.findIndex((_, at) => isLate(at));
  let place = first < 0 ? world.log.length : first;
  const accepted = world.verdicts.slice(0, place).findLastIndex((verdict) => verdict.accepted);
  const tail = world.verdicts
    .slice(accepted + 1, place)
    .findIndex((verdict) => verdict.time > time);
  if (tail >= 0) place = accepted + 1 + tail;
  return place;
}

function lively(): World {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2"]) world.agent(agent);
  const task = world.add("one");
  world.pass(MINUTE).must("ant-1", { type: "claim", task, lease: HOUR });
  world.pass(MINUTE).commit({ author: "ant-2", files: { "mound.yaml": plainFile("bad\n") } });
  world.pass(MINUTE).must("ant-1", { type: "finish", task, outcome: "done" });
  return world;
}

describe("a replay", () => {
  test("to any commit is the fold of the commits up to it, whatever the history", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(1_000), fc.nat(1_000), async (taken, pick, cut) => {
        const yard = new Yard(() => undefined);
        for (const step of taken) yard.take(step);
        const { world } = yard;
        const ports = portsOf(world);
        const count = 1 + (pick % world.log.length);
        const wanted = { commit: world.log[count - 1]!.oid };
        const expected = digestAt(world, count);
        const point = await pointOf({ ports, tip: world.tip!, wanted });
        expect([point.commit, point.number]).toEqual([wanted.commit, count]);
        expect(digestOf(point.state)).toBe(expected);
        // From a kept state, wherever it lies, and from a point before it.
        const kept = 1 + (cut % world.log.length);
        const state = new MemoryState();
        for (const facts of world.log.slice(0, kept)) fold(state, facts);
        await ports.cache.replace(world.log[kept - 1]!.oid, state.entries());
        const again = await pointOf({ ports, tip: world.tip!, wanted });
        expect(digestOf(again.state)).toBe(expected);
        const rest = { commit: world.tip! };
        const on = await pointOf({ ports, tip: world.tip!, wanted: rest, from: again });
        expect(digestOf(on.state)).toBe(digestAt(world, world.log.length));
        expect(digestOf(again.state)).toBe(expected);
      }),
      runs(40),
    );
  });

  test("to a time knows nothing that is dated later, and all that is not", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(1_000), fc.nat(1_000), async (taken, pick, cut) => {
        const yard = new Yard(() => undefined);
        for (const step of taken) yard.take(step);
        const { world } = yard;
        const ports = portsOf(world);
        const { time: at } = world.verdicts[pick % world.log.length]!;
        const state = new MemoryState();
        const kept = 1 + (cut % world.log.length);
        for (const facts of world.log.slice(0, kept)) fold(state, facts);
        await ports.cache.replace(world.log[kept - 1]!.oid, state.entries());
        for (const time of [at, at + 1, Math.max(at - 1, world.verdicts[0]!.time)]) {
          const place = placeAt(world, time);
          const point = await pointOf({ ports, tip: world.tip!, wanted: { time } });
          expect([point.number, point.time]).toEqual([place, time]);
          expect(digestOf(point.state)).toBe(digestAt(world, place));
        }
      }),
      runs(40),
    );
  });

  test("to a moment before the first commit is a fault that says when that was", async () => {
    const world = lively();
    const { time: first } = world.verdicts[0]!;
    const asked = { ports: portsOf(world), tip: world.tip!, wanted: { time: first - 1 } };
    const error = { code: "before-the-line", time: first - 1, first };
    expect(await replay(asked)).toEqual({ ok: false, error });
  });

  test("a refused commit that is dated far ahead hides nothing that follows it", async () => {
    const world = lively();
    const forged = { "mound.yaml": plainFile("worse\n") };
    world.commit({ author: "ant-2", files: forged, time: world.now + 1_000 * HOUR });
    const { oid: stray } = world.log.at(-1)!;
    world.pass(MINUTE).add("two");
    const ports = portsOf(world);
    const at = async (wanted: Wanted) => await pointOf({ ports, tip: world.tip!, wanted });
    expect(await at({ time: world.now })).toMatchObject({ commit: world.tip });
    const before = await at({ time: world.now - 1_000 });
    expect(before.number).toBe(world.log.length - 2);
    expect(before.state.get(`commit/${stray}`)).toBeUndefined();
  });

  test("shows each commit up to the wanted one, on the state before it, and none after", async () => {
    const world = lively();
    const wanted = { time: world.verdicts.at(-1)!.time - 1 };
    const seen: [Oid, number][] = [];
    const point = await pointOf({
      ports: portsOf(world),
      tip: world.tip!,
      wanted,
      observe: (before, { facts }) => {
        const { commits = 0 } = before.get("line") ?? {};
        return () => void seen.push([facts.oid, commits]);
      },
    });
    expect(seen).toEqual(world.log.slice(0, point.number).map(({ oid }, at) => [oid, at]));
  });

  test("a damaged cache is no obstacle", async () => {
    const world = lively();
    const ports = portsOf(world);
    const broken = {
      ...ports.cache,
      open: async () => ({
        tip: world.log[2]!.oid,
        load: async () => Promise.reject(new Error("damaged")),
        advance: async () => [],
        close: async () => undefined,
      }),
    };
    const wanted = { commit: world.tip! };
    const point = await pointOf({ ports: { ...ports, cache: broken }, tip: world.tip!, wanted });
    expect(digestOf(point.state)).toBe(digestAt(world, world.log.length));
  });
});

describe("a walk", () => {
  test("forward and back, by steps and by leaps, is always the fold up to where it is", async () => {
    const moves = fc.array(fc.integer({ min: -8, max: 60 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, moves, fc.integer({ min: 1, max: 9 }), async (taken, path, kept) => {
        const yard = new Yard(() => undefined);
        for (const step of taken) yard.take(step);
        const { world } = yard;
        const walk = new Walk(portsOf(world), world.tip!, kept);
        let place = 0;
        for (const move of path) {
          if (move <= 0) {
            for (let step = move; step <= 0; step += 1) {
              expect(await walk.back()).toBe(place > 1);
              place = Math.max(Math.min(place, 1), place - 1);
            }
          } else if (move % 2 === 0) {
            expect(await walk.forward()).toBe(place < world.log.length);
            place = Math.min(place + 1, world.log.length);
          } else {
            place = 1 + (move % world.log.length);
            expect(await walk.to(world.log[place - 1]!.oid)).toBe(true);
          }
          expect([walk.number, walk.here?.facts.oid]).toEqual([place, world.log[place - 1]?.oid]);
          expect(digestOf(walk.state)).toBe(digestAt(world, place));
          if (place > 0) expect(digestOf(walk.before)).toBe(digestAt(world, place - 1));
        }
        await walk.close();
      }),
      runs(25),
    );
  });

  test("ends at the tip, and finds no commit that is not on the line", async () => {
    const world = lively();
    const walk = new Walk(portsOf(world), world.tip!);
    expect(await walk.back()).toBe(false);
    expect(await walk.to("0".repeat(40) as Oid)).toBe(false);
    expect([walk.number, await walk.forward()]).toEqual([world.log.length, false]);
    await walk.close();
  });
});
