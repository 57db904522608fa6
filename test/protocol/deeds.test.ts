import { describe, expect, test } from "vitest";
import { deedsOf, SKILLS_KEPT } from "../../src/protocol/rules/deeds.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { HOUR, World } from "../support/world.ts";

const ant = "ant-1" as AgentId;
const NONE = { done: 0, accepted: 0, rejected: 0, failed: 0, lapsed: 0 };

function colony(...skills: string[]): World {
  const world = World.found();
  for (const name of ["ant-1", "ant-2"]) world.agent(name, skills);
  return world.pass(1_000);
}

/** Takes a new task and ends it so. */
function work(world: World, needs: readonly string[], outcome: "done" | "failed" | "released") {
  const task = world.add("work", { needs });
  world.must(ant, { type: "claim", task });
  world.pass(1_000).must(ant, { type: "finish", task, outcome });
  return task;
}

describe("what an agent has done", () => {
  test("is counted by each skill that the task needed, and as a whole", () => {
    const world = colony("git", "constructor");
    const done = work(world, ["git", "constructor"], "done");
    world.pass(1_000).must("root", { type: "review", task: done, accept: true });
    const bad = work(world, ["git"], "done");
    world.pass(1_000).must("root", { type: "review", task: bad, accept: false });
    work(world, [], "failed");
    work(world, ["git"], "released");
    expect(deedsOf(world.state, ant, "git")).toEqual({
      ...NONE,
      done: 2,
      accepted: 1,
      rejected: 1,
    });
    expect(deedsOf(world.state, ant, "constructor")).toEqual({ ...NONE, done: 1, accepted: 1 });
    expect(deedsOf(world.state, ant, "*")).toEqual({
      ...NONE,
      done: 2,
      accepted: 1,
      rejected: 1,
      failed: 1,
    });
    expect(deedsOf(world.state, ant, "tostring")).toEqual(NONE);
    expect(deedsOf(world.state, "nobody" as AgentId, "git")).toEqual(NONE);
  });

  test("a lease that is over counts against its holder once another takes over", () => {
    const world = colony("git");
    const task = world.add("work", { needs: ["git"] });
    world.must(ant, { type: "claim", task, lease: HOUR });
    const last = world.now;
    world.pass(2 * HOUR);
    expect(deedsOf(world.state, ant, "git")).toEqual(NONE);
    world.must("ant-2", { type: "claim", task });
    expect(deedsOf(world.state, ant, "git")).toEqual({ ...NONE, lapsed: 1 });
    expect(world.state.get("did/ant-1")?.last).toBe(last);
    expect(world.state.get("did/ant-2")?.last).toBe(world.now);
  });

  test("a cancellation counts for and against nobody", () => {
    const world = colony("git");
    const task = world.add("work", { needs: ["git"] });
    world.must(ant, { type: "claim", task });
    world.pass(1_000).must("root", { type: "cancel", task });
    expect(deedsOf(world.state, ant, "*")).toEqual(NONE);
  });

  test("its last sign of life is that of a claim, an ending, a broadcast or a joining", () => {
    const world = colony("git");
    const last = () => world.state.get("did/ant-1")?.last;
    expect(last()).toBe(world.now - 1_000);
    const task = world.add("work");
    for (const command of [
      { type: "claim", task },
      { type: "finish", task, outcome: "released" },
      { type: "can", tags: ["gpu"] },
    ] as const) {
      world.pass(1_000).must(ant, command);
      expect(last()).toBe(world.now);
    }
    const joined = last();
    world.pass(1_000).must(ant, { type: "end-membership", agent: ant, status: "withdrawn" });
    expect(last()).toBe(joined);
    world.pass(1_000).must(ant, { type: "join", key: world.key(ant) });
    expect(last()).toBe(world.now);
  });

  test("of more skills than one may declare, those with the fewest endings are forgotten", () => {
    const world = World.found();
    world.agent(ant);
    const skills = Array.from({ length: SKILLS_KEPT + 3 }, (_, n) => `s${100 + n}`);
    const able = (list: readonly string[]) =>
      world.pass(1_000).must(ant, { type: "can", skills: list });
    able(skills.slice(0, SKILLS_KEPT));
    work(world, skills.slice(0, SKILLS_KEPT), "done");
    work(world, skills.slice(1, SKILLS_KEPT), "done");
    able(skills.slice(SKILLS_KEPT));
    work(world, skills.slice(SKILLS_KEPT), "failed");
    const kept = Object.keys(world.state.get("did/ant-1")!.skills).filter((name) => name !== "*");
    expect(kept.length).toBe(SKILLS_KEPT);
    // The one of the first 64 that was done but once went first, then each new one gave way to the next.
    expect(new Set(kept)).toEqual(new Set([...skills.slice(1, SKILLS_KEPT), skills.at(-1)]));
  });
});
