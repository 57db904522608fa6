import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { COOLING_MAX_MS, coolingTime } from "../../src/protocol/rules/cooling.ts";
import { attempt, claim } from "../support/claiming.ts";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

const DAY = 24 * HOUR;

function cooled(value = "1m"): World {
  const world = World.found();
  for (const name of ["ant-1", "ant-2", "ant-3"]) world.agent(name);
  world.must("root", { type: "configure", set: { key: "cooldown", value } });
  return world;
}

/** `ant-1` lets a claim lapse, and `other` takes it over and finishes it at once. */
function lapse(world: World, other = "ant-2"): void {
  const id = world.add("work");
  expectRan(world.run("ant-1", { type: "claim", task: id, lease: MINUTE }));
  world.pass(MINUTE);
  expectRan(world.run(other, { type: "claim", task: id }));
  expectRan(world.run(other, { type: "finish", task: id, outcome: "done" }));
}

function until(world: World, agent = "ant-1"): number | undefined {
  const cooling = world.state.get(`cooling/${agent}`);
  return cooling === undefined ? undefined : cooling.until - world.now;
}

function coolDown(world: World): void {
  world.pass(Math.max(0, until(world) ?? 0));
}

describe("[CL16] who lets a claim lapse takes nothing for a while", () => {
  test("[CL16] the judge and the planner refuse it, until log time is there", () => {
    const world = cooled();
    lapse(world);
    const id = world.add("more");
    const files = () => claim(world, id, "ant-1", 1);
    expectRefused(world.try({ author: "ant-1", files: files() }), "CL16", "cooling-down");
    expectDeclined(world.run("ant-1", { type: "claim", task: id }), "CL16", "cooling-down");
    expectDeclined(world.run("ant-1", { type: "next" }), "CL16", "cooling-down");
    world.pass(MINUTE - 1_000);
    expectRefused(world.try({ author: "ant-1", files: files() }), "CL16", "cooling-down");
    world.pass(1_000);
    expectAccepted(world.commit({ author: "ant-1", files: files() }));
  });

  test("[CL16] it binds nobody else, and no lapse counts before somebody takes over", () => {
    const world = cooled();
    const [one, two] = [world.add("one"), world.add("two")];
    expectRan(world.run("ant-1", { type: "claim", task: one, lease: MINUTE }));
    world.pass(MINUTE);
    expect(until(world)).toBeUndefined();
    expectRan(world.run("ant-1", { type: "claim", task: two }));
    expectRan(world.run("ant-2", { type: "claim", task: one }));
    expect(until(world)).toBe(MINUTE);
    expectRan(world.run("ant-3", { type: "claim", task: world.add("three") }));
    // What it holds it may finish.
    expectRan(world.run("ant-1", { type: "finish", task: two, outcome: "failed" }));
    expect(until(world)).toBe(MINUTE);
  });

  test("[CL16] twice as long with each lapse, up to a day, and none where the mound says none", () => {
    const world = cooled();
    const seen: (number | undefined)[] = [];
    for (let time = 0; time < 13; time += 1) {
      lapse(world);
      seen.push(until(world));
      coolDown(world);
    }
    const minutes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map((n) => n * MINUTE);
    expect(seen).toEqual([...minutes, DAY, DAY]);
    expectRan(world.run("root", { type: "configure", set: { key: "cooldown", value: "none" } }));
    const before = world.state.get("cooling/ant-1");
    lapse(world);
    expect(world.state.get("cooling/ant-1")).toBe(before);
  });

  test("[CL16] work that counts ends it; what one gave oneself to do does not", () => {
    const world = cooled();
    const mine = world.add("mine", {}, "ant-1");
    const theirs = world.add("theirs");
    const asked = world.add("asked", { review: "required" });
    for (const task of [mine, theirs, asked])
      expectRan(world.run("ant-1", { type: "claim", task }));
    lapse(world);
    const left = until(world);
    const finish = (task: string) =>
      expectRan(world.run("ant-1", { type: "finish", task, outcome: "done" }));
    finish(mine);
    finish(asked);
    expect(until(world)).toBe(left);
    expectRan(world.run("root", { type: "review", task: asked, accept: true }));
    expect(until(world)).toBeUndefined();
    lapse(world);
    expect(until(world)).toBe(MINUTE);
    finish(theirs);
    expect(until(world)).toBeUndefined();
  });

  test("[CL16] lapses are forgotten a day after the last of them has cooled down", () => {
    const world = cooled();
    lapse(world);
    coolDown(world);
    world.pass(DAY - 2 * MINUTE);
    lapse(world);
    expect(until(world)).toBe(2 * MINUTE);
    coolDown(world);
    world.pass(DAY);
    lapse(world);
    expect(until(world)).toBe(MINUTE);
  });

  test("[CL16] a holder who cools down does not renew a claim that lapsed, and may hand in its work", () => {
    const world = cooled();
    const id = world.add("late");
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: 2 * MINUTE }));
    lapse(world);
    world.pass(MINUTE - 1_000);
    expectRan(world.run("ant-1", { type: "renew", task: id, lease: 1_000 }));
    world.pass(1_000);
    lapse(world);
    expectTwins(world, {
      rule: "CL16",
      code: "cooling-down",
      illegal: { author: "ant-1", files: claim(world, id, "ant-1", 1) },
      legal: {
        author: "ant-1",
        files: {
          ...attempt(world, id, "ant-1", 1, "done"),
          [`tasks/${id.slice(0, 2)}/${id}/claim.lock`]: undefined,
        },
      },
    });
  });

  test("[MO1] a cooldown is at most a day", () => {
    const world = cooled();
    const set = (value: string) =>
      world.run("root", { type: "configure", set: { key: "cooldown", value } });
    expectDeclined(set("25h"), "MO1", "config-invalid");
    for (const value of ["", "-1m", "1", "0", "soon"])
      expectDeclined(set(value), "MO1", "config-invalid");
    expectRan(set("24h"));
    expect(world.state.get("mound")?.cooldown).toBe(COOLING_MAX_MS);
  });
});

test("[CL16] cooling times rise, at most double, and never exceed a day", () => {
  const length = fc.integer({ min: 1, max: 2 * COOLING_MAX_MS });
  fc.assert(
    fc.property(length, fc.integer({ min: 1, max: 10_000 }), (cooldown, lapses) => {
      const [one, two] = [coolingTime(cooldown, lapses), coolingTime(cooldown, lapses + 1)];
      expect(two).toBe(Math.min(COOLING_MAX_MS, 2 * one));
      expect(one).toBeGreaterThanOrEqual(Math.min(cooldown, COOLING_MAX_MS));
    }),
  );
});
