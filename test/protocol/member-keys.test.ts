import { describe, expect, test } from "vitest";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import { madeKey } from "../support/world-files.ts";
import { World } from "../support/world.ts";

function agent(
  world: World,
  name: string,
  more: Record<string, string | undefined> = {},
  options = {},
) {
  return world.record("agent", { agent: name, key: world.key(name), ...more }, options);
}

describe("an agent's key", () => {
  test("[AG3] a key is one agent's, and comes back to none", () => {
    const world = World.found();
    world.agent("ant-1");
    world.keys.set("ant-2", world.key("ant-1"));
    expectRefused(world.try({ author: "ant-2", files: agent(world, "ant-2") }), "AG3", "key-taken");
    world.keys.delete("ant-2");
    world.agent("ant-2");
    world.pass(1_000);
    const taken = agent(
      world,
      "ant-2",
      { key: world.key("ant-1") },
      { signers: [world.key("ant-1"), world.key("ant-2")] },
    );
    expectRefused(world.try({ author: "ant-2", files: taken }), "AG3", "key-taken");
    const first = world.key("ant-2");
    expectRan(world.run("ant-2", { type: "rotate", key: madeKey("second") }, [madeKey("second")]));
    world.keys.set("ant-2", madeKey("second"));
    world.pass(1_000);
    expectDeclined(world.run("ant-2", { type: "rotate", key: first }, [first]), "AG3", "key-taken");
  });

  test("[AG5] who is revoked stays revoked", () => {
    const world = World.found();
    world.agent("ant-1");
    world.pass(1_000);
    expectRan(
      world.run("root", {
        type: "end-membership",
        agent: "ant-1",
        status: "revoked",
        reason: "lost its key",
      }),
    );
    world.pass(1_000);
    const back = agent(world, "ant-1", { by: "root", status: "active" }, { by: "root" });
    expectRefused(world.try({ author: "root", files: back }), "AG5", "agent-revoked");
    expectRefused(
      world.try({ author: "ant-1", files: agent(world, "ant-1") }),
      "LN4",
      "commit-signature",
    );
    expectRefused(
      world.try({ author: "ant-1", committer: "root", files: agent(world, "ant-1") }),
      "AG1",
      "agent-revoked",
    );
    // The key is burnt, and the agent comes back under another name and key only.
    world.keys.set("ant-2", world.key("ant-1"));
    expectRefused(world.try({ author: "ant-2", files: agent(world, "ant-2") }), "AG3", "key-taken");
    world.agent("ant-3");
  });

  test("[AG6] a new key is signed for by the old and the new, and binds from the next commit", () => {
    const world = World.found();
    world.agent("ant-1");
    world.pass(1_000);
    const [old, next] = [world.key("ant-1"), madeKey("next")];
    const rotate = (...signers: (typeof old)[]) =>
      agent(world, "ant-1", { key: next }, { signers });
    expectRefused(world.try({ author: "ant-1", files: rotate(old) }), "AG6", "signer-wrong");
    expectRefused(world.try({ author: "ant-1", files: rotate(next) }), "RE7", "signer-wrong");
    expectRefused(
      world.try({ author: "ant-1", files: rotate(old, next), signature: { key: next } }),
      "LN4",
      "commit-signature",
    );
    const task = (id: string, key: typeof old) =>
      world.record("task", { id, creator: "ant-1", title: "work" }, { signers: [key] });
    expectRefused(
      world.try({ author: "ant-1", files: { ...rotate(old, next), ...task("aaaaaa1", next) } }),
      "RE7",
      "signer-wrong",
    );
    expectAccepted(
      world.commit({ author: "ant-1", files: { ...rotate(old, next), ...task("aaaaaa1", old) } }),
    );
    expect(world.state.get("agent/ant-1")!.keys.map(({ key }) => key)).toEqual([old, next]);
    world.keys.set("ant-1", next);
    expectTwins(world, {
      rule: "RE7",
      code: "signer-wrong",
      illegal: { author: "ant-1", files: task("aaaaaa2", old) },
      legal: { author: "ant-1", files: task("aaaaaa2", next) },
    });
  });

  test("[AG7] of another's record, a root may say that it is revoked, and nothing else", () => {
    const world = World.found();
    world.agent("ant-1");
    world.agent("ant-2");
    world.pass(1_000);
    const revoke = (by: string, more = {}) =>
      agent(world, "ant-1", { by, status: "revoked", ...more }, { by });
    expectRefused(world.try({ author: "ant-2", files: revoke("ant-2") }), "AG7", "not-a-root");
    for (const more of [
      { status: "withdrawn" },
      { status: "active" },
      { key: madeKey("other") },
      { name: "Ant" },
      { operator: "root" },
    ]) {
      expectRefused(
        world.try({ author: "root", files: revoke("root", more) }),
        "AG7",
        "signer-wrong",
      );
    }
    expectAccepted(world.commit({ author: "root", files: revoke("root") }));
    expect(world.state.get("agent/ant-1")).toMatchObject({ status: "revoked" });
  });

  test("[AG7] an agent may revoke itself", () => {
    const world = World.found();
    world.agent("ant-1");
    world.pass(1_000);
    expectRan(world.run("ant-1", { type: "end-membership", agent: "ant-1", status: "revoked" }));
    expect(world.state.get("agent/ant-1")).toMatchObject({ status: "revoked" });
  });
});
