import { describe, expect, test } from "vitest";
import { checkpointDuty } from "../../src/app/checkpoint-schedule.ts";
import type { AgentId, Oid } from "../../src/protocol/ids.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

const DAY = 24 * HOUR;
const EVERY = 5;

function duty(world: World, agent = "ant-1") {
  return checkpointDuty(world.state, agent as AgentId, world.now, EVERY);
}

function sign(world: World, agent = "ant-1", at?: { commit: Oid; number: number }): Oid {
  const { tip, commits } = world.state.get("line")!;
  const { commit, number } = at ?? { commit: tip, number: commits };
  world.must(agent, { type: "checkpoint", commit, number, digest: "ab".repeat(32) });
  return commit;
}

/** A mound with one checkpoint, which is the newest there is. */
function signed(): World {
  const world = World.found();
  world.agent("ant-1");
  sign(world);
  return world;
}

describe("a checkpoint is due", () => {
  test("at once where there was none", () => {
    expect(duty(World.found())).toBe("newest");
  });

  test("after so many commits, and not for one's own", () => {
    const world = signed();
    for (let n = 1; n < EVERY; n += 1) {
      world.add(`task ${n}`);
      expect(duty(world)).toBeUndefined();
    }
    world.add("one more");
    expect(duty(world)).toBe("newest");
    sign(world);
    expect(duty(world)).toBeUndefined();
  });

  test("after an hour in which something happened, and otherwise after a day", () => {
    const quiet = signed().pass(HOUR);
    expect(duty(quiet)).toBeUndefined();
    expect(duty(quiet.pass(DAY - HOUR - 1))).toBeUndefined();
    expect(duty(quiet.pass(1))).toBe("newest");
    const busy = signed();
    busy.add("one");
    expect(duty(busy.pass(HOUR - 1))).toBeUndefined();
    expect(duty(busy.pass(1))).toBe("newest");
  });

  test("from a root too, where the mound asks for more signers; their commits are no news", () => {
    const world = signed();
    world.agent("ant-2");
    world.must("root", { type: "configure", addRoot: "ant-2" });
    world.must("root", { type: "configure", set: { key: "threshold", value: "2" } });
    const number = world.state.get("line")!.commits;
    const commit = sign(world, "root");
    expect(duty(world, "root")).toBeUndefined();
    expect(duty(world, "ant-1")).toBeUndefined();
    expect(duty(world, "ant-2")).toEqual({ commit });
    sign(world, "ant-2", { commit, number });
    for (const agent of ["root", "ant-2"]) expect(duty(world, agent)).toBeUndefined();
    expect(duty(world.pass(HOUR + MINUTE), "root")).toBeUndefined();
  });
});
