import { describe, expect, test } from "vitest";
import { formatCursor, parseCursor } from "../../src/app/cursor.ts";
import { Follower } from "../../src/app/follower.ts";
import { Line, type LinePorts } from "../../src/app/line.ts";
import type { PushOutcome } from "../../src/app/ports.ts";
import { Submitter } from "../../src/app/submit.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { Command } from "../../src/protocol/commands/index.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { claimedWorld, follow, typesOf } from "../support/following.ts";
import { memoryWorld } from "../support/memory-world.ts";
import { plainFile } from "../support/world-files.ts";
import { worldOrigins } from "../support/world-ports.ts";
import { HOUR, World } from "../support/world.ts";

describe("cursors", () => {
  test("are read strictly", () => {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    expect(parseCursor(`${commit}@0`)).toEqual({ commit, time: 0 });
    expect(parseCursor(formatCursor(commit as never, 1_795_253_400_000))?.time).toBe(
      1_795_253_400_000,
    );
    for (const text of ["", commit, `${commit}@`, `${commit}@-1`, `${commit}@01`, `${commit}@1.5`])
      expect([text, parseCursor(text)]).toEqual([text, undefined]);
    for (const text of [
      `${commit}@1 `,
      `${commit}@1\n`,
      `${commit.toUpperCase()}@1`,
      `x${commit}@1`,
    ])
      expect([text, parseCursor(text)]).toEqual([text, undefined]);
    expect(parseCursor(`${commit}@9999999999999999`)).toBeUndefined();
  });

  test("a commit that is not on the line is a fault that says so", async () => {
    const { world } = claimedWorld();
    const origin = worldOrigins(world)();
    origin.length = 3;
    const ports = origin.clone();
    const line = await Line.open(ports);
    await line.sync();
    const gone = origin.commits[4]!;
    const opened = await Follower.open({ line, ports, from: { commit: gone, time: 0 } });
    expect(opened).toMatchObject({
      ok: false,
      error: { code: "history-rewritten", verified: gone, found: origin.commits[2] },
    });
  });

  test("from the tip: nothing that was, and what was due before now is not due again", async () => {
    const { world } = claimedWorld();
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const clock = virtualClock({ start: world.now + 2 * HOUR });
    const { follower, history } = await follow(origin.clone(clock), "tip");
    expect(history).toEqual([]);
    expect(follower.take(clock.now())).toEqual([]);
    expect(parseCursor(follower.cursor!)).toEqual({ commit: world.tip, time: clock.now() });
  });

  test("after a commit: its own time is where time goes on", async () => {
    const { world, task } = claimedWorld();
    world.pass(2 * HOUR).must("ant-2", { type: "claim", task });
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const commit = origin.commits.at(-2)!;
    const { history } = await follow(origin.clone(), { commit, time: undefined });
    expect(typesOf(history)).toEqual([["claim.lapsed"], ["claim.expired", "task.claimed"]]);
  });
});

describe("an observed line", () => {
  test("tells what this process itself lands, once, also when a sync brought it before", async () => {
    const world = memoryWorld(60);
    const clone = await world.found();
    const { line, ports } = clone;
    const opened = await Follower.open({ line, ports, from: "tip" });
    if (!opened.ok) throw new Error(opened.error.code);
    await clone.runAll([
      { type: "add", tasks: [{ title: "one" }] },
      { type: "add", tasks: [{ title: "two" }] },
    ]);
    expect(typesOf(opened.value.take(0))).toEqual([["task.added"], ["task.added"]]);
    world.origin.mishaps.pushes.push("lose-reply");
    await clone.run({ type: "add", tasks: [{ title: "three" }] });
    await line.sync();
    expect(typesOf(opened.value.take(0))).toEqual([["task.added"]]);
  });

  test("tells a landed commit once where a sync brought it while its push was under way", async () => {
    const world = memoryWorld(61);
    const { line, ports, agent, signer } = await world.found();
    const opened = await Follower.open({ line, ports, from: "tip" });
    if (!opened.ok) throw new Error(opened.error.code);
    const push = async (next: Oid, old: Oid | undefined): Promise<PushOutcome> => {
      const outcome = await ports.remote.push(next, old);
      expect((await line.sync()).ok).toBe(true);
      return outcome;
    };
    const submitter = new Submitter(line, { ...ports, remote: { ...ports.remote, push } });
    const command: Command = { type: "add", tasks: [{ title: "one" }] };
    const outcomes = await submitter.submit([1, 2].map(() => ({ agent, signer, command })));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
    expect(typesOf(opened.value.take(0))).toEqual([["task.added"], ["task.added"]]);
    expect((await line.standing())?.line.commits).toBe(3);
  });

  test("misses nothing where another process of the clone has moved the cache", async () => {
    const { world } = claimedWorld();
    const origin = worldOrigins(world)();
    origin.length = 2;
    const ports = origin.clone();
    const { line, follower } = await follow(ports, "start");
    await line.save();
    const other = await Line.open(ports);
    origin.length = world.log.length;
    await other.sync();
    expect(await other.catchUp()).toEqual([]);
    await line.catchUp();
    expect(line.tip).toBe(world.tip);
    expect(typesOf(follower.take(0))).toEqual([["agent.joined"], ["task.added"], ["task.claimed"]]);
  });

  test("misses nothing where another process has kept a whole new state", async () => {
    const { world } = claimedWorld();
    const origin = worldOrigins(world)();
    origin.length = 2;
    const ports = origin.clone();
    const { line, follower } = await follow(ports, "start");
    origin.length = world.log.length;
    // Another, whose cache was empty, so that it replaces what was kept.
    const other = await Line.open({ ...ports, cache: memoryStateCache() });
    await other.sync();
    await other.state.load("all");
    await ports.cache.replace(world.tip!, other.state.entries());
    await line.sync();
    expect(typesOf(follower.take(0))).toEqual([["agent.joined"], ["task.added"], ["task.claimed"]]);
    const again = await Line.open(ports);
    await again.state.load("all");
    await line.state.load("all");
    expect(new Map(again.state.entries())).toEqual(new Map(line.state.entries()));
  });

  test("a commit that waits for the clock is told once, and its events when it is taken", async () => {
    const world = World.found();
    world.pass(HOUR).add("from the future");
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const clock = virtualClock({ start: world.now - HOUR });
    const { line, follower, history } = await follow(origin.clone(clock), "start");
    expect(typesOf(history)).toEqual([["mound.founded", "agent.joined"]]);
    const [deferred] = follower.take(clock.now());
    const id = `change.deferred/${world.tip}`;
    expect(deferred?.events).toEqual([
      { id, type: "change.deferred", commit: world.tip, time: world.now },
    ]);
    await line.sync();
    expect(follower.take(clock.now())).toEqual([]);
    await clock.advance(HOUR);
    await line.sync();
    expect(typesOf(follower.take(clock.now()))).toEqual([["task.added"]]);
  });

  test("where a refused end of the line was forced away, only what is new is told", async () => {
    const bad = World.found();
    bad.add("one");
    bad.commit({ author: "ant-9", files: { "notes.txt": plainFile("x") } });
    const good = World.found();
    good.add("one");
    good.add("two");
    expect(good.log[1]?.oid).toBe(bad.log[1]?.oid);
    let origin = worldOrigins(bad)();
    origin.length = 3;
    let served = origin.clone();
    const ports: LinePorts = {
      ...served,
      history: {
        commits: (...args) => served.history.commits(...args),
        contains: (...args) => served.history.contains(...args),
      },
      verifier: { verify: (checks) => served.verifier.verify(checks), close: async () => {} },
      remote: { ...served.remote, fetch: () => served.remote.fetch() },
    };
    const { line, follower, history } = await follow(ports, "start");
    expect(typesOf(history)).toEqual([["mound.founded", "agent.joined"], ["task.added"]]);
    expect(typesOf(follower.take(bad.now))).toEqual([["change.refused"]]);
    origin = worldOrigins(good)();
    origin.length = 3;
    served = origin.clone();
    expect(await line.sync()).toMatchObject({ ok: true, value: { tip: good.tip } });
    expect(typesOf(follower.take(good.now))).toEqual([["task.added"]]);
    expect(follower.cursor).toBe(formatCursor(good.tip!, good.now));
  });

  test("a branch that was rewritten stops the line, and the follower keeps its place", async () => {
    const { world } = claimedWorld();
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const { line, follower } = await follow(origin.clone(), "start");
    const { cursor } = follower;
    origin.forced = origin.commits[1];
    expect(await line.sync()).toMatchObject({ ok: false, error: { code: "history-rewritten" } });
    expect(follower.take(world.now)).toEqual([]);
    expect(follower.cursor).toBe(cursor);
  });
});
