import { describe, expect, test } from "vitest";
import type { TaskSpec } from "../../src/protocol/commands/add.ts";
import { judge } from "../../src/protocol/judge.ts";
import { IMPORT_PATHS } from "../../src/protocol/limits.ts";
import { type CountingView, counting } from "../support/counting.ts";
import { expectRan } from "../support/verdicts.ts";
import { decidedFiles } from "../support/world-files.ts";
import { World } from "../support/world.ts";

/** A chain with a second edge: the worst of shapes for a walk that forgets where it has been. */
function chain(length: number): readonly TaskSpec[] {
  return Array.from({ length }, (_, at) => {
    const after = [at - 1, at - 2]
      .filter((earlier) => earlier >= 0)
      .map((earlier) => `label ${earlier}`);
    return { title: `task ${at}`, label: `label ${at}`, after };
  });
}

/** How many keys the judge reads for an import of so many tasks. */
function readsOf(length: number): number {
  const world = World.found();
  const decided = world.decide("root", { type: "add", tasks: chain(length) });
  if (!decided.ok) throw new Error(JSON.stringify(decided.error));
  const facts = world.facts({
    author: "root",
    files: decidedFiles(decided.value.files, [world.key("root")]),
  });
  const view: CountingView = counting(world.state);
  expect(judge(view, facts).accepted).toBe(true);
  return view.reads;
}

describe("an import", () => {
  test("of 5,000 tasks that wait for each other is one commit, decided, rehearsed and judged", () => {
    const world = World.found();
    expectRan(world.run("root", { type: "add", tasks: chain(IMPORT_PATHS) }));
    expect(world.state.keys("task/")).toHaveLength(IMPORT_PATHS);
    expect(world.state.get("made/root")).toBe(IMPORT_PATHS);
    expect(world.state.get("line")).toMatchObject({ commits: 2, refused: 0 });
  });

  test("is judged in time that grows as its tasks do", () => {
    const [small, large] = [readsOf(200), readsOf(1_600)];
    expect(large / small).toBeGreaterThan(6);
    expect(large / small).toBeLessThan(9);
  });

  test("a new task is judged without a walk through all that it depends on", () => {
    const reads = [50, 800].map((length) => {
      const world = World.found();
      expectRan(world.run("root", { type: "add", tasks: chain(length) }));
      const last = world.state
        .keys("task/")
        .find((key) => world.task(key.slice(5)).title === `task ${length - 1}`)!;
      const files = world.record("task", {
        id: "aaaaaa1",
        creator: "root",
        title: "on top",
        after: [last.slice(5)],
      });
      const view = counting(world.state);
      expect(judge(view, world.facts({ author: "root", files })).accepted).toBe(true);
      return view.reads;
    });
    expect(reads[1]).toBe(reads[0]);
  });

  test("with a cycle far down names the cycle, and takes nothing", () => {
    const world = World.found();
    const tasks = chain(500).map((spec, at) =>
      at === 0 ? { ...spec, after: ["label 499"] } : spec,
    );
    const ran = world.run("root", { type: "add", tasks });
    expect(ran).toMatchObject({ ok: false, error: { rule: "TA4", code: "dependency-cycle" } });
    expect(world.state.keys("task/")).toEqual([]);
  });
});
