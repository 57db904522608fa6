import { describe, expect, test } from "vitest";
import { formatCursor, parseCursor, type Cursor } from "../../src/app/cursor.ts";
import { Follower } from "../../src/app/follower.ts";
import { Line, type LinePorts } from "../../src/app/line.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import type { EventBatch } from "../../src/protocol/views/event.ts";
import { memoryWorld } from "../support/memory-world.ts";
import { plainFile } from "../support/world-files.ts";
import { worldOrigins } from "../support/world-ports.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

type Types = readonly (readonly string[])[];

function typesOf(batches: readonly EventBatch[]): Types {
  return batches.map(({ events }) => events.map(({ type }) => type));
}

async function follow(ports: LinePorts, from: Cursor | "start" | "tip") {
  const line = await Line.open(ports);
  if (line.tip === undefined) await line.sync();
  const opened = await Follower.open({ line, ports, from });
  if (!opened.ok) throw new Error(opened.error.code);
  const follower = opened.value;
  const history: EventBatch[] = [];
  for await (const batch of follower.catchUp()) history.push(batch);
  return { line, follower, history };
}

/** A world with one claimed task, of which nothing but the founding has been read. */
function claimedWorld(lease = HOUR) {
  const world = World.found();
  world.agent("ant-1");
  world.agent("ant-2");
  const task = world.add("one");
  world.must("ant-1", { type: "claim", task, lease });
  return { world, task, claimedAt: world.now };
}

describe("time", () => {
  test("a lease lapses when its time is heard, once, and the timer is told when", async () => {
    const { world, task } = claimedWorld();
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const { follower } = await follow(origin.clone(), "start");
    const until = world.now + HOUR;
    expect(follower.nextDue()).toBe(until);
    expect(follower.take(until - 1)).toEqual([]);
    const [batch, ...more] = follower.take(until);
    expect(more).toEqual([]);
    expect(batch).toMatchObject({
      cursor: formatCursor(world.tip!, until),
      events: [
        {
          id: `claim.lapsed/${task}/1/${until}`,
          type: "claim.lapsed",
          commit: world.tip,
          time: until,
          agent: "ant-1",
          token: 1,
          title: "one",
        },
      ],
    });
    expect(follower.nextDue()).toBeUndefined();
    expect(follower.take(until + HOUR)).toEqual([]);
  });

  test("all that comes at one moment comes in one batch, by task", async () => {
    const world = World.found();
    const deadline = formatInstant(world.now + HOUR);
    const ids = [world.add("a", { deadline }), world.add("b", { deadline })].toSorted();
    world.add("done before", { deadline });
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const { follower } = await follow(origin.clone(), "start");
    const [batch] = follower.take(world.now + HOUR);
    expect(batch?.events.map(({ task }) => task)).toEqual(expect.arrayContaining(ids));
    const order = batch!.events.map(({ task }) => task!);
    expect(order).toEqual(order.toSorted());
    expect(order).toHaveLength(3);
  });

  test("a renewed lease and a finished task are not due any more", async () => {
    const { world, task } = claimedWorld();
    const until = world.now + HOUR;
    world.pass(MINUTE).must("ant-1", { type: "renew", task, lease: 2 * HOUR });
    const renewed = world.now + 2 * HOUR;
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const { follower } = await follow(origin.clone(), "start");
    expect(follower.nextDue()).toBe(renewed);
    expect(follower.take(until)).toEqual([]);
    world.pass(MINUTE).must("ant-1", { type: "finish", task, outcome: "done" });
    const after = worldOrigins(world)();
    after.length = world.log.length;
    expect((await follow(after.clone(), "start")).follower.nextDue()).toBeUndefined();
  });

  test("a deadline that has passed when it is set makes no event of time", async () => {
    const world = World.found();
    world.add("late already", { deadline: formatInstant(world.now - HOUR) });
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const { follower, history } = await follow(origin.clone(), "start");
    expect(typesOf(history)).toEqual([["mound.founded", "agent.joined"], ["task.added"]]);
    expect(follower.take(world.now + HOUR)).toEqual([]);
  });

  test("a lease that was over when its commit came lapses with it, in one batch", async () => {
    const { world } = claimedWorld();
    const task = world.add("two");
    const at = world.now - MINUTE;
    const claim = { task, agent: "ant-2", token: "1", at: formatInstant(at) };
    const until = formatInstant(at + 1_000);
    world.commit({ author: "ant-2", files: world.record("claim", { ...claim, until }) });
    expect(world.verdicts.at(-1)).toMatchObject({ accepted: true });
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const { history } = await follow(origin.clone(), "start");
    expect(typesOf(history).at(-1)).toEqual(["task.claimed", "claim.lapsed"]);
    expect(history.at(-1)?.events[1]).toMatchObject({ time: at + 1_000, commit: world.tip });
    expect(history.at(-1)?.cursor).toBe(formatCursor(world.tip!, world.now));
  });

  test("a lease that is over before its commit is read, and later than what was told, comes with it", async () => {
    const world = World.found();
    world.agent("ant-1");
    world.add("one", { deadline: formatInstant(world.now + MINUTE) });
    const task = world.add("two");
    world.must("ant-1", { type: "claim", task, lease: 10_000 });
    const origin = worldOrigins(world)();
    origin.length = world.log.length - 1;
    const { line, follower } = await follow(origin.clone(), "start");
    expect(typesOf(follower.take(world.now + MINUTE))).toEqual([["task.overdue"]]);
    origin.length += 1;
    await line.sync();
    expect(typesOf(follower.take(world.now + MINUTE))).toEqual([["task.claimed", "claim.lapsed"]]);
    expect(follower.take(world.now + HOUR)).toEqual([]);
    const replayed = await follow(origin.clone(), "start");
    expect(typesOf(replayed.follower.take(world.now + HOUR))).toEqual([
      ["claim.lapsed"],
      ["task.overdue"],
    ]);
  });

  test("a slow clock's late renewal: the reader has one event more than history", async () => {
    const { world, task } = claimedWorld();
    const until = world.now + HOUR;
    world.pass(HOUR - MINUTE).must("ant-1", { type: "renew", task, lease: HOUR });
    const origin = worldOrigins(world)();
    origin.length = world.log.length - 1;
    const ports = origin.clone();
    const { line, follower } = await follow(ports, "start");
    const before = follower.take(until).flatMap(({ events }) => events.map(({ id }) => id));
    expect(before).toEqual([`claim.lapsed/${task}/1/${until}`]);
    origin.length += 1;
    await line.sync();
    const after = follower.take(until + HOUR).flatMap(({ events }) => events.map(({ id }) => id));
    expect(after).toEqual([`${world.tip}.0`, `claim.lapsed/${task}/1/${until - MINUTE + HOUR}`]);
    const replayed = await follow(origin.clone(), "start");
    const replay = [...replayed.history, ...replayed.follower.take(until + HOUR)];
    const ids = replay.flatMap(({ events }) => events.map(({ id }) => id));
    expect(ids.slice(-2)).toEqual(after);
    expect(ids).not.toContain(before[0]);
  });

  test("refused commits prove no time: what is due before the next accepted one stays in its place", async () => {
    const { world } = claimedWorld();
    const until = world.now + HOUR;
    // Dated ahead, as far as a reader's clock allows, to make the lease look lapsed.
    world.commit({
      author: "ant-2",
      files: { "mound.yaml": plainFile("x\n") },
      time: until + MINUTE,
    });
    world.pass(HOUR - MINUTE).add("two");
    const origin = worldOrigins(world)();
    origin.length = world.log.length;
    const clock = virtualClock({ start: until });
    const { follower, history } = await follow(origin.clone(clock), "start");
    expect(typesOf(history).slice(-2)).toEqual([["change.refused"], ["task.added"]]);
    expect(typesOf(follower.take(until))).toEqual([["claim.lapsed"]]);
  });
});

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
