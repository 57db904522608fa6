import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { declaredBy, isInDate, meets, someoneAble } from "../../src/protocol/rules/able.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { HOUR, World } from "../support/world.ts";
import { runs } from "../support/scale.ts";

const NAMES = ["ant-1", "ant-2", "bee", "constructor"];
const SKILLS = ["git", "rust", "gpu", "constructor"];

/** Who has declared all of this, by looking at every agent. */
function declaredByAll(world: World, needs: readonly string[]): readonly string[] {
  return NAMES.filter((name) => {
    const can = world.state.get(`can/${name}`);
    const active = world.state.get(`agent/${name}`)?.status === "active";
    return active && can !== undefined && needs.every((need) => meets(can, need));
  }).toSorted();
}

const some = fc.subarray(SKILLS);
const step = fc.record({
  agent: fc.constantFrom(...NAMES),
  what: fc.constantFrom("can", "can", "can", "leave", "join", "pass"),
  skills: some,
  tags: some,
  length: fc.constantFrom(undefined, HOUR, "ever" as const),
});

describe("the members that can do something", () => {
  test("are listed as a look at every agent finds them, whatever they declare, leave and come back", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), some, (steps, needs) => {
        const world = World.found();
        for (const { agent, what, skills, tags, length } of steps) {
          world.pass(what === "pass" ? HOUR : 1_000);
          const key = world.key(agent);
          if (what === "join") world.run(agent, { type: "join", key, skills });
          if (what === "leave")
            world.run(agent, { type: "end-membership", agent, status: "withdrawn" });
          if (what === "can")
            world.run(agent, {
              type: "can",
              skills,
              tags,
              ...(length === undefined ? {} : { for: length }),
            });
        }
        if (needs.length === 0) return;
        const found = declaredByAll(world, needs);
        expect(declaredBy(world.state, needs).map(({ agent }) => agent)).toEqual(found);
        const able = found.some((name) =>
          isInDate(world.state.get(`can/${name as AgentId}`)!, world.now),
        );
        expect(someoneAble(world.state, needs, world.now)).toBe(able);
        // Nothing is left of what nobody declares any more.
        const listed = world.state
          .keys("able/")
          .map((key) => world.state.get(key as `able/${string}`));
        expect(listed.every((list) => (list as readonly unknown[]).length > 0)).toBe(true);
      }),
      runs(100),
    );
  });

  test("that is revoked is not one of them, and a broadcast of its load leaves the lists as they were", () => {
    const world = World.found();
    world.agent("ant-1", ["git"]);
    const before = world.state.get("able/git/1");
    expect(before).toEqual([{ agent: "ant-1", until: undefined }]);
    world.pass(1_000).must("ant-1", { type: "can", load: 1, capacity: 2 });
    expect(world.state.get("able/git/1")).toBe(before);
    world.must("root", { type: "end-membership", agent: "ant-1", status: "revoked" });
    expect(world.state.keys("able/")).toEqual([]);
    expect(someoneAble(world.state, ["git"], world.now)).toBe(false);
  });
});
