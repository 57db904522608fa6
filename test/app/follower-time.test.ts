import { describe, expect, test } from "vitest";
import { formatCursor } from "../../src/app/cursor.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { claimedWorld, follow, typesOf } from "../support/following.ts";
import { plainFile } from "../support/world-files.ts";
import { worldOrigins } from "../support/world-ports.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

describe("events of time", () => {
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
