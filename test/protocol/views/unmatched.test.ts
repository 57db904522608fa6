import { describe, expect, test } from "vitest";
import { eventsOf } from "../../../src/protocol/views/events.ts";
import { isUnmatched, viewMatched } from "../../../src/protocol/views/unmatched.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { HOUR, World } from "../../support/world.ts";

/** Does something and answers the tasks that its events call unmatched. */
function unmatchedBy(world: World, act: () => void): readonly (string | undefined)[] {
  const before = new MemoryState(world.state.entries());
  const at = world.log.length;
  act();
  return eventsOf(before, world.log[at]!, world.verdicts[at]!)
    .filter(({ type }) => type === "task.unmatched")
    .map(({ title }) => title);
}

function colony(): World {
  const world = World.found();
  world.agent("ant-1", ["git", "rust"]);
  world.agent("ant-2", ["git", "css"]);
  return world.pass(1_000);
}

const seen = (world: World, id: string) => viewMatched(world.state, world.task(id), world.now);

describe("a task that nobody can take", () => {
  test("is told when it is added, whether a need is nobody's or all of them are no one's", () => {
    const world = colony();
    const adds = (title: string, ...needs: string[]) =>
      unmatchedBy(world, () => void world.add(title, { needs }));
    expect(adds("easy")).toEqual([]);
    expect(adds("both", "git", "rust")).toEqual([]);
    expect(adds("apart", "css", "rust")).toEqual(["apart"]);
    expect(adds("strange", "cobol", "git")).toEqual(["strange"]);
    const titled = Object.fromEntries(
      world.state
        .keys("task/")
        .map((key) => seen(world, key.slice("task/".length)))
        .map(({ title, unmatched }) => [title, unmatched]),
    );
    expect(titled).toEqual({
      easy: undefined,
      both: undefined,
      apart: [],
      strange: ["cobol"],
    });
  });

  test("is told when its needs change, and not when its title does", () => {
    const world = colony();
    const task = world.add("work", { needs: ["git"] });
    const edit = (changes: object) =>
      unmatchedBy(world, () => {
        world.pass(1_000).must("root", { type: "edit", task, changes });
      });
    expect(edit({ needs: ["cobol"] })).toEqual(["work"]);
    expect(edit({ title: "more work" })).toEqual([]);
    expect(edit({ needs: ["css"] })).toEqual([]);
  });

  test("is told when who could take it leaves, is revoked, or declares less; each time once", () => {
    const world = colony();
    const task = world.add("work", { needs: ["rust"] });
    world.add("done", { needs: ["css"] });
    const can = (skills: readonly string[], more: object = {}) =>
      unmatchedBy(world, () => {
        world.pass(1_000).must("ant-1", { type: "can", skills, ...more });
      });
    const end = (agent: string, status: "withdrawn" | "revoked", by: string) =>
      unmatchedBy(world, () => {
        world.pass(1_000).must(by, { type: "end-membership", agent, status });
      });
    expect(can(["git"])).toEqual(["work"]);
    expect(can([])).toEqual([]);
    expect(can(["rust"])).toEqual([]);
    expect(can(["rust"], { load: 1, capacity: 2, for: HOUR })).toEqual([]);
    expect(can(["rust"], { for: 2 * HOUR })).toEqual([]);
    expect(can(["rust"], { for: "ever" })).toEqual([]);
    // What is under way has somebody.
    world.must("ant-1", { type: "claim", task });
    expect(can([])).toEqual([]);
    world.pass(1_000).must("ant-1", { type: "finish", task, outcome: "released" });
    expect(isUnmatched(world.state, world.task(task), world.now)).toBe(true);
    expect(can(["rust"])).toEqual([]);
    expect(end("ant-1", "withdrawn", "ant-1")).toEqual(["work"]);
    expect(end("ant-2", "revoked", "root")).toEqual(["done"]);
  });

  test("by a broadcast that lapses is seen, without an event", () => {
    const world = colony();
    world.must("ant-1", { type: "can", for: HOUR });
    const task = world.add("work", { needs: ["rust"] });
    expect(seen(world, task).unmatched).toBeUndefined();
    world.pass(HOUR);
    expect(seen(world, task).unmatched).toEqual(["rust"]);
    expect(unmatchedBy(world, () => void world.add("other"))).toEqual([]);
  });

  test("of many that one agent leaves behind, a hundred are told", () => {
    const world = colony();
    const tasks = Array.from({ length: 150 }, (_, n) => ({ title: `t${n}`, needs: ["rust"] }));
    world.must("root", { type: "add", tasks });
    const told = unmatchedBy(world, () => {
      world.pass(1_000).must("ant-1", { type: "can", skills: [] });
    });
    expect(told.length).toBe(100);
  });
});
