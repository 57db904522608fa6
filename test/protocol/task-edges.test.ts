import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TaskSpec } from "../../src/protocol/commands/add.ts";
import { expectAccepted, expectDeclined, expectRan, expectRefused } from "../support/verdicts.ts";
import { runs } from "../support/scale.ts";
import type { Files } from "../support/world-files.ts";
import { HOUR, World } from "../support/world.ts";

/** Whether a graph has a cycle: whether taking away, again and again, what names nothing leaves something. */
function closes(
  nodes: number,
  edges: readonly { readonly from: number; readonly to: number }[],
): boolean {
  const left = new Set(Array.from({ length: nodes }, (_, n) => n));
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const node of left)
      if (!edges.some(({ from, to }) => from === node && left.has(to))) left.delete(node);
  }
  return left.size > 0;
}

type TaskFields = Record<string, string | readonly string[] | undefined>;

function task(world: World, id: string, more: TaskFields = {}): Files {
  return world.record("task", { id, creator: "root", title: "work", ...more });
}

describe("what tasks name", () => {
  test("[TA0] whoever speaks of a task names one that there is", () => {
    const world = World.found();
    const id = world.add("work");
    const token = { token: "1", agent: "root" };
    const until = new Date(world.now + HOUR).toISOString();
    const speaking = (name: string): Files[] => [
      world.record("claim", { task: name, ...token, until }),
      world.record("attempt", { task: name, ...token, outcome: "done" }),
      world.record("progress", { task: name, ...token, n: "1" }),
      world.record("review", { task: name, ...token, verdict: "accepted" }),
      world.record("cancel", { task: name, agent: "root" }),
    ];
    for (const files of speaking("aaaaaa9"))
      expectRefused(world.try({ author: "root", files }), "TA0", "task-missing");
    for (const files of speaking(id)) {
      const verdict = world.try({ author: "root", files });
      expect(verdict.accepted ? "" : verdict.fault.code).not.toBe("task-missing");
    }
  });

  test("[TA0] a command names a task by its id, its head, or a unique prefix of four characters", () => {
    const world = World.found();
    for (const id of ["aaaaaa1-one", "aaaabb2-two", "aaaabb3-three"])
      expectAccepted(world.commit({ author: "root", files: task(world, id) }));
    const claim = (name: string) => world.run("root", { type: "claim", task: name });
    expectDeclined(claim("aaa"), "TA0", "task-missing");
    expectDeclined(claim("zzzz"), "TA0", "task-missing");
    expectDeclined(claim("aaaa*"), "TA0", "task-missing");
    expectDeclined(claim("aaaa"), "TA0", "task-ambiguous");
    expectDeclined(claim("aaaabb"), "TA0", "task-ambiguous");
    expectRan(claim("aaaaa"));
    expectRan(claim("aaaabb2"));
    expectRan(claim("aaaabb3-three"));
    expect(Object.keys(world.state.get("held/root")!)).toHaveLength(3);
  });

  test("[TA3] what a task waits for, belongs to, or wants as its reviewer exists", () => {
    const world = World.found();
    const earlier = world.add("earlier");
    for (const [more, code] of [
      [{ after: ["aaaaaa9"] }, "dependency-missing"],
      [{ after: [earlier, "aaaaaa9"] }, "dependency-missing"],
      [{ after_any: [earlier, "aaaaaa9"] }, "dependency-missing"],
      [{ parent: "aaaaaa9" }, "dependency-missing"],
      [{ reviewer: "ant-9" }, "not-a-member"],
    ] as const) {
      expectRefused(
        world.try({ author: "root", files: task(world, "aaaaaa1", more) }),
        "TA3",
        code,
      );
    }
    expectAccepted(
      world.commit({
        author: "root",
        files: task(world, "aaaaaa1", { after: [earlier], parent: earlier, reviewer: "root" }),
      }),
    );
    // Tasks of one commit may name each other, in whatever order their paths come.
    const files = {
      ...task(world, "aaaaaa2", { after: ["aaaaaa3"], parent: "aaaaaa3" }),
      ...task(world, "aaaaaa3"),
    };
    expectAccepted(world.commit({ author: "root", files }));
  });

  test("[TA4] a task does not wait for itself, by whatever way round", () => {
    const world = World.found();
    const cycle = (files: Files) =>
      expectRefused(world.try({ author: "root", files }), "TA4", "dependency-cycle");
    cycle(task(world, "aaaaaa1", { after: ["aaaaaa1"] }));
    cycle({
      ...task(world, "aaaaaa1", { after: ["aaaaaa2"] }),
      ...task(world, "aaaaaa2", { after: ["aaaaaa3"] }),
      ...task(world, "aaaaaa3", { after: ["aaaaaa1"] }),
    });
    const chain = {
      ...task(world, "aaaaaa1"),
      ...task(world, "aaaaaa2", { after: ["aaaaaa1"] }),
      ...task(world, "aaaaaa3", { after: ["aaaaaa2", "aaaaaa1"] }),
    };
    expectAccepted(world.commit({ author: "root", files: chain }));
    world.pass(1_000);
    // By an edit, through tasks that the commit does not touch, and through a new one.
    cycle(task(world, "aaaaaa1", { after: ["aaaaaa3"] }));
    cycle({
      ...task(world, "aaaaaa1", { after: ["aaaaaa4"] }),
      ...task(world, "aaaaaa4", { after: ["aaaaaa3"] }),
    });
    expectAccepted(
      world.commit({ author: "root", files: task(world, "aaaaaa3", { after: ["aaaaaa1"] }) }),
    );
    expectAccepted(
      world.commit({ author: "root", files: task(world, "aaaaaa4", { after: ["aaaaaa3"] }) }),
    );
  });

  test("[TA4] nor by way of one of several, however the two kinds of edge mix", () => {
    const world = World.found();
    const cycle = (files: Files, shown: readonly string[]) => {
      const verdict = world.try({ author: "root", files });
      expectRefused(verdict, "TA4", "dependency-cycle");
      expect(verdict).toMatchObject({ fault: { task: shown[0], cycle: shown } });
    };
    const other = task(world, "aaaaaa9");
    cycle({ ...other, ...task(world, "aaaaaa1", { after_any: ["aaaaaa1", "aaaaaa9"] }) }, [
      "aaaaaa1",
      "aaaaaa1",
    ]);
    cycle(
      {
        ...other,
        ...task(world, "aaaaaa1", { after_any: ["aaaaaa9", "aaaaaa2"] }),
        ...task(world, "aaaaaa2", { after: ["aaaaaa3"] }),
        ...task(world, "aaaaaa3", { after_any: ["aaaaaa1"] }),
      },
      ["aaaaaa1", "aaaaaa2", "aaaaaa3", "aaaaaa1"],
    );
  });

  test("[TA4] of random graphs exactly those with a cycle are refused, in one commit or by an edit", () => {
    const NODES = 8;
    const node = fc.nat({ max: NODES - 1 });
    const edges = fc.array(fc.record({ from: node, to: node, any: fc.boolean() }), {
      maxLength: 9,
    });
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(edges, fc.boolean(), (found, byEdit) => {
        const world = World.found();
        const named = (n: number, any: boolean): readonly string[] =>
          found
            .filter((edge) => edge.from === n && edge.any === any)
            .map(({ to }) => `aaaaaa${to}`);
        const whole = (wired: boolean): Files =>
          Object.fromEntries(
            Array.from({ length: NODES }, (_, n) => {
              const more = wired ? { after: named(n, false), after_any: named(n, true) } : {};
              return Object.entries(task(world, `aaaaaa${n}`, more));
            }).flat(),
          );
        if (byEdit) {
          expectAccepted(world.commit({ author: "root", files: whole(false) }));
          world.pass(1_000);
        }
        const verdict = world.try({ author: "root", files: whole(true) });
        const cyclic = closes(NODES, found);
        if (cyclic) expectRefused(verdict, "TA4", "dependency-cycle");
        else expectAccepted(verdict);
        seen[cyclic ? "refused" : "accepted"] += 1;
      }),
      runs(60),
    );
    expect(seen.accepted).toBeGreaterThan(5);
    expect(seen.refused).toBeGreaterThan(5);
  });

  test("[TA4] a task does not belong to itself either", () => {
    const world = World.found();
    const cycle = (files: Files) =>
      expectRefused(world.try({ author: "root", files }), "TA4", "dependency-cycle");
    cycle(task(world, "aaaaaa1", { parent: "aaaaaa1" }));
    cycle({
      ...task(world, "aaaaaa1", { parent: "aaaaaa2" }),
      ...task(world, "aaaaaa2", { parent: "aaaaaa1" }),
    });
    expectAccepted(
      world.commit({
        author: "root",
        files: { ...task(world, "aaaaaa1"), ...task(world, "aaaaaa2", { parent: "aaaaaa1" }) },
      }),
    );
    world.pass(1_000);
    cycle(task(world, "aaaaaa1", { parent: "aaaaaa2" }));
  });

  test("[TA8] an import is all or nothing, and says every entry at fault", () => {
    const world = World.found();
    const tasks: TaskSpec[] = [
      { title: "a" },
      { title: "b", after: ["nowhere"] },
      { title: "c", label: "c" },
      { title: "d", parent: "elsewhere" },
    ];
    const ran = world.run("root", { type: "add", tasks });
    expect(ran).toMatchObject({
      ok: false,
      error: {
        rule: "TA8",
        code: "entries-invalid",
        faults: [
          { entry: 1, fault: { code: "dependency-missing", after: "nowhere" } },
          { entry: 3, fault: { code: "dependency-missing", after: "elsewhere" } },
        ],
      },
    });
    expect(world.state.keys("task/")).toEqual([]);
    const sound: TaskSpec[] = [
      { title: "a", after: ["c"] },
      { title: "c", label: "c" },
      { title: "d", parent: "c" },
    ];
    expectRan(world.run("root", { type: "add", tasks: sound }));
    const [c] = world.state.keys("task/").filter((key) => key.endsWith("-c"));
    const ids = world.state.keys("task/").map((key) => world.task(key.slice(5)));
    expect(ids.flatMap(({ after }) => after)).toEqual([c!.slice(5)]);
    expect(ids.map(({ parent }) => parent).filter(Boolean)).toEqual([c!.slice(5)]);
  });

  test("[TA8] one entry that the judge would refuse refuses them all", () => {
    const world = World.found();
    const ran = world.run("root", {
      type: "add",
      tasks: [{ title: "a" }, { title: "" }, { title: "c" }],
    });
    expectDeclined(ran, "RE4", "field-invalid");
    expect(world.state.keys("task/")).toEqual([]);
  });
});
