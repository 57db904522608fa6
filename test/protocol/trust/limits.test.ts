import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { claimsAt, leaseAt } from "../../../src/protocol/rules/trust/limits.ts";
import { trustOf } from "../../../src/protocol/rules/trust/table.ts";
import { claim } from "../../support/claiming.ts";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
} from "../../support/verdicts.ts";
import { HOUR, MINUTE, World } from "../../support/world.ts";

function set(
  world: World,
  key: "limits" | "claims_max" | "lease_max" | "lease_default",
  value: string,
): void {
  expectRan(world.run("root", { type: "configure", set: { key, value } }));
}

function mound(): World {
  const world = World.found();
  for (const name of ["ant-1", "ant-2"]) world.agent(name);
  set(world, "limits", "trusted");
  return world;
}

const scoreOf = (world: World, agent: string) => trustOf(world.state, agent, world.now).score;

/** Makes an agent trusted: the root has seen it do its tasks. */
function prove(world: World, agent: string, tasks: number): void {
  for (let n = 0; n < tasks; n += 1) {
    const task = world.add("proof", { review: "required" });
    expectRan(world.run(agent, { type: "claim", task, lease: MINUTE }));
    expectRan(world.run(agent, { type: "finish", task, outcome: "done" }));
    expectRan(world.run("root", { type: "review", task, accept: true }));
  }
}

const leaseOf = (world: World, id: string) =>
  world.task(id).claim!.until - world.task(id).claim!.at;

describe("limits that grow with trust", () => {
  test("[CL11] who is not trusted holds a quarter of claims_max, and more once it is", () => {
    const world = mound();
    const tasks = Array.from({ length: 8 }, (_, n) => world.add(`task ${n}`));
    for (const task of tasks.slice(0, 4)) expectRan(world.run("ant-1", { type: "claim", task }));
    const files = () => claim(world, tasks[4]!, "ant-1", 1);
    expectRefused(world.try({ author: "ant-1", files: files() }), "CL11", "limit-reached");
    const refused = world.run("ant-1", { type: "claim", task: tasks[4]! });
    expectDeclined(refused, "CL11", "limit-reached");
    expect(refused.ok || refused.error).toMatchObject({ held: 4, limit: 4, most: 16 });
    expectDeclined(world.run("ant-1", { type: "next" }), "CL11", "limit-reached");
    expectRan(world.run("ant-1", { type: "finish", task: tasks[0]!, outcome: "released" }));
    prove(world, "ant-1", 3);
    expect(scoreOf(world, "ant-1")).toBeGreaterThan(250);
    expectRan(world.run("ant-1", { type: "next" }));
    expectAccepted(world.commit({ author: "ant-1", files: files() }));
  });

  test("[CL13] who is not trusted holds a claim for a quarter of lease_max: asked for more it is told so", () => {
    const world = mound();
    const id = world.add("work");
    const files = (lease: number) => claim(world, id, "ant-1", 1, { lease: String(lease) });
    expectRefused(
      world.try({ author: "ant-1", files: files(2 * HOUR + 1) }),
      "CL13",
      "lease-invalid",
    );
    const refused = world.run("ant-1", { type: "claim", task: id, lease: 3 * HOUR });
    expectDeclined(refused, "CL13", "lease-invalid");
    expect(JSON.stringify(refused)).toContain("for 2h at a time, and with more trust for up to 8h");
    expectAccepted(world.try({ author: "ant-1", files: files(2 * HOUR) }));
    // A root holds whatever the mound allows.
    expectRan(world.run("root", { type: "claim", task: id, lease: 8 * HOUR }));
  });

  test("[CL13] what nobody asked for is shortened, and so is what a choice asks for", () => {
    const world = mound();
    const long = world.add("long", { lease: "6h" });
    expectRan(world.run("ant-1", { type: "claim", task: long }));
    expect(leaseOf(world, long)).toBe(2 * HOUR);
    const next = world.add("next", { lease: "6h" });
    expectRan(world.run("ant-1", { type: "next", lease: 4 * HOUR }));
    expect(leaseOf(world, next)).toBe(2 * HOUR);
    world.pass(HOUR);
    expectDeclined(
      world.run("ant-1", { type: "renew", task: next, lease: 4 * HOUR }),
      "CL13",
      "lease-invalid",
    );
    expectRan(world.run("ant-1", { type: "renew", task: next, lease: 4 * HOUR, wish: true }));
    expect(leaseOf(world, next)).toBe(2 * HOUR);
    const own = world.add("own", { lease: "6h" });
    expectRan(world.run("root", { type: "claim", task: own }));
    expect(leaseOf(world, own)).toBe(6 * HOUR);
  });

  test("[CL13] a wish does not pass by what the mound allows to nobody", () => {
    const world = World.found();
    world.agent("ant-1");
    world.add("work");
    expectDeclined(world.run("ant-1", { type: "next", lease: 9 * HOUR }), "CL13", "lease-invalid");
  });

  test("[CL13] who has lost trust reports progress on a long lease, and gains no time by it", () => {
    const world = mound();
    prove(world, "ant-1", 8);
    const id = world.add("work");
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: 5 * HOUR }));
    const { until } = world.task(id).claim!;
    for (let n = 0; n < 9; n += 1) {
      const bad = world.add("bad");
      expectRan(world.run("ant-1", { type: "claim", task: bad, lease: MINUTE }));
      expectRan(world.run("ant-1", { type: "finish", task: bad, outcome: "failed" }));
    }
    expect(leaseAt(8 * HOUR, scoreOf(world, "ant-1"))).toBeLessThan(5 * HOUR);
    expectRan(world.run("ant-1", { type: "renew", task: id, progress: { percent: 10 } }));
    expect(world.task(id).claim!.until).toBe(until + 1);
    world.pass(1_000);
    const longer = claim(world, id, "ant-1", 1, { lease: String(until + 3 - world.now) });
    expectRefused(world.try({ author: "ant-1", files: longer }), "CL13", "lease-invalid");
  });

  test("locks are as long for everybody", () => {
    const world = mound();
    expectRan(world.run("ant-1", { type: "lock", name: "deploy", lease: 8 * HOUR }));
  });

  test("[CL11] [CL13] where limits are fixed, trust changes none", () => {
    const world = mound();
    set(world, "limits", "fixed");
    const id = world.add("work");
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: 8 * HOUR }));
  });

  test("[MO1] limits are fixed or trusted", () => {
    const world = mound();
    for (const value of ["", "TRUSTED", "yes"])
      expectDeclined(
        world.run("root", { type: "configure", set: { key: "limits", value } }),
        "MO1",
        "config-invalid",
      );
  });
});

test("[CL11] [CL13] limits rise with score, from a quarter to all, and never to nothing", () => {
  const score = fc.integer({ min: 0, max: 1_000 });
  const limit = fc.integer({ min: 1, max: 30 * 24 * HOUR });
  fc.assert(
    fc.property(limit, score, score, (most, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      for (const at of [claimsAt, leaseAt]) {
        expect(at(most, low)).toBeLessThanOrEqual(at(most, high));
        expect(at(most, 0)).toBeGreaterThan(0);
      }
      expect(claimsAt(most, 1_000)).toBe(most);
      expect(leaseAt(Math.max(1_000, most), 1_000)).toBe(Math.max(1_000, most));
      expect(claimsAt(most, 0)).toBe(Math.max(1, Math.floor(most / 4)));
      expect(leaseAt(most, a) % 1_000 === 0 || a === 1_000).toBe(true);
    }),
  );
});
