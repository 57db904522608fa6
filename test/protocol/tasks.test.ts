import { describe, expect, test } from "vitest";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import type { Files } from "../support/world-files.ts";
import { HOUR, World } from "../support/world.ts";

type TaskFields = Record<string, string | readonly string[] | undefined>;

function task(world: World, id: string, more: TaskFields = {}): Files {
  return world.record("task", { id, creator: "root", title: "work", ...more });
}

describe("tasks", () => {
  test("[TA1] the seven characters of an id are on the line once", () => {
    const world = World.found();
    world.agent("ant-1");
    expectAccepted(world.commit({ author: "root", files: task(world, "aaaaaa1-first") }));
    const more = { creator: "ant-1" };
    expectTwins(world, {
      rule: "TA1",
      code: "task-exists",
      illegal: { author: "ant-1", files: task(world, "aaaaaa1-second", more) },
      legal: { author: "ant-1", files: task(world, "aaaaaa2-second", more) },
    });
    const both = { ...task(world, "aaaaaa3-a"), ...task(world, "aaaaaa3-b") };
    expectRefused(world.try({ author: "root", files: both }), "TA1", "task-exists");
  });

  test("[TA2] a task is edited by its creator", () => {
    const world = World.found();
    world.agent("ant-1");
    const id = world.add("work");
    world.pass(1_000);
    expectTwins(world, {
      rule: "TA2",
      code: "not-the-creator",
      illegal: { author: "ant-1", files: task(world, id, { creator: "ant-1", title: "mine" }) },
      legal: { author: "root", files: task(world, id, { title: "better" }) },
    });
    expectDeclined(
      world.run("ant-1", { type: "edit", task: id, changes: { title: "mine" } }),
      "TA2",
      "not-the-creator",
    );
    expect(world.task(id).title).toBe("better");
  });

  test("[TA5] while a task is claimed or done, only its title, body and priority change", () => {
    const world = World.found();
    world.agent("ant-1");
    const other = world.add("other");
    const id = world.add("work", { needs: [], priority: 2 });
    const frozen: TaskFields[] = [
      { needs: ["git"] },
      { after: [other] },
      { paths: ["src/**"] },
      { deadline: "2027-01-01T00:00:00.000Z" },
      { lease: "2h" },
      { attempts: "9" },
      { review: "required" },
      { reviewer: "root" },
      { parent: other },
    ];
    const check = () => {
      world.pass(1_000);
      for (const more of frozen)
        expectRefused(
          world.try({ author: "root", files: task(world, id, more) }),
          "TA5",
          "edit-frozen",
        );
      expectAccepted(
        world.commit({
          author: "root",
          files: task(world, id, { title: "better", body: "why", priority: "4" }),
        }),
      );
    };
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    check();
    world.pass(2 * HOUR);
    check();
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    check();
    expectRan(world.run("root", { type: "review", task: id, accept: false }));
    world.pass(1_000);
    for (const more of frozen)
      expectAccepted(world.try({ author: "root", files: task(world, id, more) }));
  });

  test("[TA5] a cancelled task is not edited", () => {
    const world = World.found();
    const id = world.add("work");
    world.pass(1_000);
    const files = task(world, id, { title: "again" });
    expectAccepted(world.try({ author: "root", files }));
    expectRan(world.run("root", { type: "cancel", task: id }));
    expectRefused(world.try({ author: "root", files }), "TA5", "not-open");
  });

  test("[TA6] the mound's cap on a creator's open tasks", () => {
    const world = World.found();
    world.agent("ant-1");
    world.pass(1_000);
    expectRan(world.run("root", { type: "configure", set: { key: "tasks_open_max", value: "2" } }));
    const add = (count: number) =>
      world.run("ant-1", {
        type: "add",
        tasks: Array.from({ length: count }, () => ({ title: "work" })),
      });
    expectDeclined(add(3), "TA6", "cap-reached");
    expectRan(add(2));
    expectDeclined(add(1), "TA6", "cap-reached");
    world.add("the root's own");
    const mine = world.state
      .keys("task/")
      .map((key) => key.slice(5))
      .find((id) => world.task(id).creator === "ant-1")!;
    expectRan(world.run("ant-1", { type: "cancel", task: mine }));
    expectRan(add(1));
  });

  test("[TA7] a task's own lease is within the mound's limits", () => {
    const world = World.found();
    for (const lease of ["8h1s", "9d"]) {
      expectRefused(
        world.try({ author: "root", files: task(world, "aaaaaa1", { lease }) }),
        "TA7",
        "lease-invalid",
      );
    }
    expectAccepted(
      world.commit({ author: "root", files: task(world, "aaaaaa1", { lease: "8h" }) }),
    );
    expectAccepted(
      world.commit({ author: "root", files: task(world, "aaaaaa2", { lease: "1s" }) }),
    );
  });

  test("an edit changes what it names and keeps the rest", () => {
    const world = World.found();
    const before = {
      body: "b",
      needs: ["git"],
      paths: ["src/**"],
      deadline: "2027-01-01T00:00:00.000Z",
      lease: "1h30m",
      reviewer: "root",
    };
    const id = world.add("work", { ...before, review: "required", priority: 1, attempts: 5 });
    const { title: _title, ...kept } = world.task(id);
    world.pass(1_000);
    expectRan(world.run("root", { type: "edit", task: id, changes: { title: "better" } }));
    expect(world.task(id)).toEqual({ ...kept, title: "better" });
    expect(
      world.run("root", { type: "edit", task: id, changes: { title: "better" } }),
    ).toMatchObject({ value: { answer: { already: true } } });
  });
});
