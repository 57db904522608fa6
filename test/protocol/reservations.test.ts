import { describe, expect, test } from "vitest";
import type { TaskSpec } from "../../src/protocol/commands/add.ts";
import type { Fault } from "../../src/protocol/fault.ts";
import type { TaskId } from "../../src/protocol/ids.ts";
import { bestFor } from "../../src/protocol/views/match.ts";
import { attempt, claim } from "../support/claiming.ts";
import { expectAccepted, expectDeclined, expectRan, expectTwins } from "../support/verdicts.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

const ANTS = ["ant-1", "ant-2", "ant-3"] as const;

/** A mound with three agents. */
function yard(): World {
  const world = World.found();
  for (const name of ANTS) world.agent(name);
  return world;
}

function task(world: World, ...paths: string[]): TaskId {
  return world.add("work", { paths });
}

function shared(world: World, ...paths: string[]): TaskId {
  return world.add("work", { paths, shared: true });
}

/** What the state keeps of reserved paths. */
function reserved(world: World): Readonly<Record<string, unknown>> {
  const keys = world.state.keys("paths/") as readonly `paths/${string}`[];
  return Object.fromEntries(
    keys.map((key) => [key.slice("paths/".length), { ...world.state.get(key) }]),
  );
}

describe("reserved paths", () => {
  test("[CL14] a task is not taken while another claim reserves one of its paths", () => {
    const world = yard();
    const one = task(world, "src/auth");
    const two = task(world, "docs/**", "src/auth/login.ts");
    const three = task(world, "src/authority");
    expectAccepted(world.commit({ author: "ant-1", files: claim(world, one, "ant-1", 1) }));
    expectTwins(world, {
      rule: "CL14",
      code: "paths-overlap",
      illegal: { author: "ant-2", files: claim(world, two, "ant-2", 1) },
      legal: { author: "ant-2", files: claim(world, three, "ant-2", 1) },
    });
    const declined = world.run("ant-2", { type: "claim", task: two });
    expect(declined).toMatchObject({
      error: {
        rule: "CL14",
        code: "paths-overlap",
        task: two,
        glob: "src/auth/login.ts",
        other: one,
        theirs: "src/auth",
        by: "ant-1",
        until: world.now + HOUR,
      } satisfies Fault,
    });
    // A task without paths is in nobody's way.
    expectRan(world.run("ant-2", { type: "claim", task: task(world) }));
    expect(bestFor(world.state, "ant-3" as never, world.now, 9)).toEqual([]);
  });

  test("[CL14] the same agent's other claims count too, in one commit as in several", () => {
    const world = yard();
    const one = task(world, "src/**");
    const two = task(world, "src/a.ts");
    const both = { ...claim(world, one, "ant-1", 1), ...claim(world, two, "ant-1", 1) };
    expectTwins(world, {
      rule: "CL14",
      code: "paths-overlap",
      illegal: { author: "ant-1", files: both },
      legal: { author: "ant-1", files: claim(world, one, "ant-1", 1) },
    });
    expectDeclined(world.run("ant-1", { type: "claim", task: two }), "CL14", "paths-overlap");
  });

  test("[CL14] two that are both shared may overlap; one alone that says so may not", () => {
    const world = yard();
    const tasks = [shared(world, "src"), shared(world, "src/a"), task(world, "src/a/b")];
    expectRan(world.run("ant-1", { type: "claim", task: tasks[0]! }));
    expectDeclined(world.run("ant-2", { type: "claim", task: tasks[2]! }), "CL14", "paths-overlap");
    expectRan(world.run("ant-2", { type: "claim", task: tasks[1]! }));
    expectRan(world.run("ant-1", { type: "finish", task: tasks[0]!, outcome: "released" }));
    expectRan(world.run("ant-2", { type: "finish", task: tasks[1]!, outcome: "released" }));
    expectRan(world.run("ant-3", { type: "claim", task: tasks[2]! }));
    expectDeclined(world.run("ant-1", { type: "claim", task: tasks[0]! }), "CL14", "paths-overlap");
  });

  const buckets: readonly (readonly [string, string, boolean])[] = [
    ["**/*.md", "docs/a.md", true],
    ["docs/a.md", "**/*.md", true],
    ["*/a", "?ocs/a", true],
    ["s?c/**", "src", true],
    ["README.md", "README.md", true],
    ["docs/a.md", "src/a.md", false],
    ["**/a.t?", "src/b.t?", false],
  ];
  test.each(buckets)("[CL14] of %s and %s it is found wherever they begin", (a, b, overlap) => {
    const world = yard();
    const one = task(world, a);
    const two = task(world, b);
    expectRan(world.run("ant-1", { type: "claim", task: one }));
    const ran = world.run("ant-2", { type: "claim", task: two });
    expect(ran.ok ? undefined : ran.error.code).toBe(overlap ? "paths-overlap" : undefined);
  });

  test("[CL14] a lapsed claim reserves nothing, and its renewal is judged as taking", () => {
    const world = yard();
    const one = task(world, "src/a");
    const two = task(world, "src");
    expectRan(world.run("ant-1", { type: "claim", task: one, lease: MINUTE }));
    world.pass(MINUTE - 1_000);
    expectDeclined(world.run("ant-2", { type: "claim", task: two }), "CL14", "paths-overlap");
    // In time it is renewed without a question.
    expectRan(world.run("ant-1", { type: "renew", task: one, lease: MINUTE }));
    world.pass(MINUTE);
    expectRan(world.run("ant-2", { type: "claim", task: two, lease: MINUTE }));
    expectDeclined(world.run("ant-1", { type: "renew", task: one }), "CL14", "paths-overlap");
    world.pass(MINUTE);
    const renewal = claim(world, one, "ant-1", 1);
    expectAccepted(world.commit({ author: "ant-1", files: renewal }));
    expectDeclined(world.run("ant-2", { type: "renew", task: two }), "CL14", "paths-overlap");
    // What was lost can still be finished, for nobody has taken it over.
    expectRan(world.run("ant-2", { type: "finish", task: two, outcome: "done" }));
  });

  test("[CL14] a takeover reserves for the new holder; its own lapsed claim is in nobody's way", () => {
    const world = yard();
    const one = task(world, "src");
    const two = task(world, "src/a");
    expectRan(world.run("ant-1", { type: "claim", task: one, lease: MINUTE }));
    world.pass(MINUTE);
    const files = {
      ...claim(world, one, "ant-2", 2),
      ...attempt(world, one, "ant-2", 1, "expired"),
    };
    expectAccepted(world.commit({ author: "ant-2", files }));
    expect(world.run("ant-3", { type: "claim", task: two })).toMatchObject({
      error: { code: "paths-overlap", by: "ant-2" },
    });
    world.pass(HOUR);
    expectRan(world.run("ant-3", { type: "claim", task: two }));
    const again = {
      ...claim(world, one, "ant-1", 3),
      ...attempt(world, one, "ant-1", 2, "expired"),
    };
    expect(world.try({ author: "ant-1", files: again })).toMatchObject({
      fault: { rule: "CL14", other: two },
    });
  });

  test("[CL14] the overlap that is told is the same whatever the order of the claims", () => {
    const told = [
      [0, 1],
      [1, 0],
    ].map((order) => {
      const world = yard();
      const ids = [task(world, "src/a"), task(world, "src/b")];
      const wide = task(world, "src");
      for (const at of order) expectRan(world.run(ANTS[at]!, { type: "claim", task: ids[at]! }));
      const ran = world.run("ant-3", { type: "claim", task: wide });
      return ran.ok || ran.error.code !== "paths-overlap" ? "" : ran.error.other;
    });
    expect(told[0]).not.toBe("");
    expect(told[0]).toBe(told[1]);
  });

  const endings: readonly (readonly [string, (world: World, id: TaskId) => unknown])[] = [
    ["done", (w, id) => w.must("ant-1", { type: "finish", task: id, outcome: "done" })],
    ["failed", (w, id) => w.must("ant-1", { type: "finish", task: id, outcome: "failed" })],
    ["released", (w, id) => w.must("ant-1", { type: "finish", task: id, outcome: "released" })],
    ["cancelled", (w, id) => w.must("root", { type: "cancel", task: id })],
  ];
  test.each(endings)("[CL14] a claim that is %s reserves nothing any more", (_how, end) => {
    const world = yard();
    const one = task(world, "src/**", "**/a", "src/b", "docs");
    const two = task(world, "src/b");
    expect(reserved(world)).toEqual({});
    expectRan(world.run("ant-1", { type: "claim", task: one }));
    const kept = {
      src: { [one]: { paths: ["src/**", "src/b"], shared: false } },
      "*": { [one]: { paths: ["**/a"], shared: false } },
      docs: { [one]: { paths: ["docs"], shared: false } },
    };
    expect(reserved(world)).toEqual(kept);
    expectRan(world.run("ant-1", { type: "renew", task: one, lease: 2 * HOUR }));
    expectRan(world.run("root", { type: "edit", task: one, changes: { title: "other" } }));
    expect(reserved(world)).toEqual(kept);
    end(world, one);
    expect(reserved(world)).toEqual({});
    expectRan(world.run("ant-2", { type: "claim", task: two }));
  });

  test("[TA5] paths and sharing stay as they are while the task is claimed", () => {
    const world = yard();
    const one = task(world, "src");
    expectRan(world.run("ant-1", { type: "claim", task: one, lease: MINUTE }));
    const widen = (changes: Partial<TaskSpec>) =>
      world.run("root", { type: "edit", task: one, changes });
    for (const changes of [{ paths: ["**"] }, { shared: true }]) {
      expectDeclined(widen(changes), "TA5", "edit-frozen");
      world.pass(MINUTE / 2);
      expectDeclined(widen(changes), "TA5", "edit-frozen");
    }
  });

  test("[CL14] paths that change under a claim that is failed hold from its renewal on", () => {
    const world = yard();
    const one = world.add("work", { paths: ["src"], attempts: 1 });
    const two = task(world, "docs");
    expectRan(world.run("ant-1", { type: "claim", task: one, lease: MINUTE }));
    world.pass(MINUTE);
    // Its one attempt is used up, unless its holder comes back.
    expectRan(world.run("root", { type: "edit", task: one, changes: { paths: ["docs/a"] } }));
    expect(Object.keys(reserved(world))).toEqual(["docs"]);
    expectRan(world.run("ant-2", { type: "claim", task: two, lease: MINUTE }));
    expectDeclined(world.run("ant-1", { type: "renew", task: one }), "CL14", "paths-overlap");
    world.pass(MINUTE);
    expectRan(world.run("ant-1", { type: "renew", task: one }));
    expectDeclined(world.run("ant-2", { type: "renew", task: two }), "CL14", "paths-overlap");
  });

  test("[RE4] globs stay inside the repository, and within 2,048 characters in all", () => {
    const world = yard();
    for (const glob of ["../etc", "/etc/passwd", "a/../../b", "a//b", "a/", ".", "a\\b", ""]) {
      const ran = world.run("root", { type: "add", tasks: [{ title: "x", paths: [glob] }] });
      expect([glob, ran.ok ? "ran" : ran.error.code]).toEqual([glob, "field-invalid"]);
    }
    const paths = Array.from({ length: 32 }, (_, at) => `${"a".repeat(62)}${at + 10}`);
    expectRan(world.run("root", { type: "add", tasks: [{ title: "x", paths }] }));
    expectDeclined(
      world.run("root", { type: "add", tasks: [{ title: "x", paths: [...paths, "b"] }] }),
      "RE4",
      "field-invalid",
    );
    const record = world.record("task", {
      id: "k3f9qz7",
      creator: "root",
      title: "x",
      shared: "false",
    });
    expect(world.try({ author: "root", files: record })).toMatchObject({
      fault: { code: "field-invalid", field: "shared" },
    });
  });
});
