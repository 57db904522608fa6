import { describe, expect, test } from "vitest";
import { expectAccepted, expectRan, expectRefused, expectTwins } from "../support/verdicts.ts";
import { plainFile } from "../support/world-files.ts";
import { World } from "../support/world.ts";

describe("what a commit leaves in the tree", () => {
  test("[PA3] nothing is removed but what a record of the commit licenses", () => {
    const world = World.found();
    world.agent("ant-1");
    const id = world.add("work");
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    for (const path of world.paths().filter((name) => name !== "README.md")) {
      for (const author of ["root", "ant-1"]) {
        expectRefused(
          world.try({ author, files: { [path]: undefined } }),
          "PA3",
          "removal-illegal",
        );
      }
    }
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    expect(world.paths().some((path) => path.endsWith("claim.lock"))).toBe(false);
  });

  test("[PA3] what a record ends is gone after its commit", () => {
    const world = World.found();
    const id = world.add("work");
    expectRan(world.run("root", { type: "claim", task: id }));
    const folder = `tasks/${id.slice(0, 2)}/${id}`;
    const attempt = world.record("attempt", {
      task: id,
      token: "1",
      agent: "root",
      outcome: "done",
    });
    expectTwins(world, {
      rule: "PA3",
      code: "removal-missing",
      illegal: { author: "root", files: attempt },
      legal: { author: "root", files: { ...attempt, [`${folder}/claim.lock`]: undefined } },
    });
  });

  test("[PA4] what init lays down is changed by a root's own commit only", () => {
    const world = World.found({
      files: { "README.md": "hello\n", ".github/workflows/ci.yml": "on: push\n" },
    });
    world.agent("ant-1");
    for (const [path, file] of [
      ["README.md", plainFile("bye\n")],
      [".github/workflows/ci.yml", undefined],
      [".mound/x", plainFile("")],
    ] as const) {
      const files = { [path]: file };
      expectRefused(world.try({ author: "ant-1", files }), "PA4", "furniture");
      // The root is named, and yet did not sign the commit.
      const task = world.record("task", { id: "aaaaaa1", creator: "root", title: "work" });
      expectRefused(
        world.try({ author: "root", committer: "ant-1", files: { ...files, ...task } }),
        "PA4",
        "furniture",
      );
      expectAccepted(world.commit({ author: "root", files }));
    }
    expect(world.state.get("file/.github/workflows/ci.yml")).toBeUndefined();
  });

  test("[PA5] restoring the state's bytes, or absence, is legal for every member", () => {
    const world = World.found({ files: { "README.md": "hello\n" } });
    world.agent("ant-1");
    const id = world.add("work");
    const path = `tasks/${id.slice(0, 2)}/${id}/task.yaml`;
    const good = {
      [path]: world.at(path),
      "README.md": world.at("README.md"),
      "x/new.yaml": undefined,
    };
    world.commit({
      author: "mallory",
      files: { [path]: undefined, "README.md": plainFile("bye\n"), "x/new.yaml": plainFile("x\n") },
    });
    expect(world.state.keys("astray/")).toEqual([
      "astray/README.md",
      `astray/${path}`,
      "astray/x/new.yaml",
    ]);
    expect(world.state.get(`astray/${path}`)).toEqual({ oid: null });
    expectTwins(world, {
      rule: "LN4",
      code: "commit-signature",
      illegal: { author: "mallory", files: good },
      legal: { author: "ant-1", files: good },
    });
    expect(world.state.keys("astray/")).toEqual([]);
  });

  test("[PA5] a refused commit that took a lock away does not stop the holder", () => {
    const world = World.found();
    world.agent("ant-1");
    const id = world.add("work");
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    const lock = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
    expectRefused(
      world.commit({ author: "root", files: { [lock]: undefined } }),
      "PA3",
      "removal-illegal",
    );
    expect(world.task(id).claim?.agent).toBe("ant-1");
    expectRan(world.run("ant-1", { type: "renew", task: id }));
    expectRefused(
      world.commit({ author: "root", files: { [lock]: undefined } }),
      "PA3",
      "removal-illegal",
    );
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    expect(world.state.keys("astray/")).toEqual([]);
  });

  test("[PA5] a refused commit that overwrote a lock does not stop the holder", () => {
    const world = World.found();
    world.agent("ant-1");
    const id = world.add("work");
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    const lock = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
    expectRefused(
      world.commit({ author: "root", files: { [lock]: plainFile("mine\n") } }),
      "RE2",
      "record-malformed",
    );
    const attempt = world.record("attempt", {
      task: id,
      token: "1",
      agent: "ant-1",
      outcome: "done",
    });
    expectTwins(world, {
      rule: "PA3",
      code: "removal-missing",
      illegal: { author: "ant-1", files: attempt },
      legal: { author: "ant-1", files: { ...attempt, [lock]: undefined } },
    });
  });
});
