import { describe, expect, test } from "vitest";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import { fingerprintOf, madeKey } from "../support/world-files.ts";
import { HOUR, World } from "../support/world.ts";

function agent(
  world: World,
  name: string,
  more: Record<string, string | undefined> = {},
  options = {},
) {
  return world.record("agent", { agent: name, key: world.key(name), ...more }, options);
}

describe("members", () => {
  test("[AG1] only a member in force acts", () => {
    const world = World.found();
    const id = world.add("work");
    expectDeclined(world.run("ant-1", { type: "claim", task: id }), "AG1", "not-a-member");
    world.agent("ant-1");
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    world.pass(1_000);
    expectRan(world.run("ant-1", { type: "end-membership", agent: "ant-1", status: "withdrawn" }));
    const attempt = world.record("attempt", {
      task: id,
      token: "1",
      agent: "ant-1",
      outcome: "done",
    });
    const lock = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
    const files = { ...attempt, [lock]: undefined };
    expectRefused(world.try({ author: "ant-1", files }), "AG1", "agent-revoked");
    world.pass(1_000);
    // Who comes back in the same commit is a member again.
    expectAccepted(
      world.commit({ author: "ant-1", files: { ...files, ...agent(world, "ant-1") } }),
    );
  });

  test("[AG1] a record of someone unknown is refused, whoever commits it", () => {
    const world = World.found();
    const files = world.record("task", { id: "aaaaaa1", creator: "ghost", title: "work" });
    expectRefused(world.try({ author: "ghost", committer: "root", files }), "AG1", "not-a-member");
    expectRefused(world.try({ author: "ghost", files }), "LN4", "commit-signature");
  });

  test("[AG1] a withdrawn agent repairs nothing either", () => {
    const world = World.found();
    world.agent("ant-1");
    const good = world.at("mound.yaml");
    world.commit({ author: "mallory", files: { "mound.yaml": undefined } });
    world.pass(1_000);
    expectRan(world.run("ant-1", { type: "end-membership", agent: "ant-1", status: "withdrawn" }));
    expectRefused(
      world.try({ author: "ant-1", files: { "mound.yaml": good } }),
      "LN4",
      "commit-signature",
    );
  });

  test("[AG2] a new agent is active, and brought by itself", () => {
    for (const more of [{ status: "withdrawn" }, { status: "revoked" }, { by: "ant-1" }]) {
      const world = World.found();
      expectTwins(world, {
        rule: "AG2",
        code: "not-a-member",
        illegal: { author: "ant-1", files: agent(world, "ant-1", more) },
        legal: { author: "ant-1", files: agent(world, "ant-1", { status: "active" }) },
      });
    }
    const world = World.found();
    const brought = agent(world, "ant-1", { by: "root" }, { by: "root" });
    expectRefused(world.try({ author: "root", files: brought }), "AG2", "not-a-member");
  });

  test("[AG2] a name belongs to who had it first", () => {
    const world = World.found();
    world.agent("ant-1");
    world.keys.set("ant-1", madeKey("mallory"));
    expectDeclined(
      world.run("ant-1", { type: "join", key: madeKey("mallory") }),
      "AG2",
      "agent-exists",
    );
    world.pass(1_000);
    expectRefused(
      world.try({ author: "ant-1", files: agent(world, "ant-1") }),
      "LN4",
      "commit-signature",
    );
    expectRefused(
      world.try({ author: "ant-1", committer: "root", files: agent(world, "ant-1") }),
      "RE7",
      "signer-wrong",
    );
  });

  test("[AG4] where membership is by invitation, a root has named the key, or signs the record too", () => {
    const world = World.found({ membership: "invited" });
    expectTwins(world, {
      rule: "AG4",
      code: "not-invited",
      illegal: { author: "ant-1", files: agent(world, "ant-1") },
      legal: {
        author: "ant-1",
        files: agent(world, "ant-1", {}, { signers: [world.key("ant-1"), world.key("root")] }),
      },
    });
    // A member's signature is no root's.
    const sponsored = agent(
      world,
      "ant-2",
      {},
      { signers: [world.key("ant-1"), world.key("ant-2")] },
    );
    expectRefused(world.try({ author: "ant-2", files: sponsored }), "AG4", "not-invited");
    expectRan(
      world.run("root", { type: "invite", fingerprint: fingerprintOf(world.key("ant-2")) }),
    );
    world.agent("ant-2");
    expectRefused(
      world.try({ author: "ant-3", files: agent(world, "ant-3") }),
      "AG4",
      "not-invited",
    );
  });

  test("[AG8] the mound's cap on records for an agent and hour", () => {
    const world = World.found();
    world.pass(1_000);
    expectRan(
      world.run("root", { type: "configure", set: { key: "records_hour_max", value: "3" } }),
    );
    world.agent("ant-1");
    for (const title of ["one", "two"])
      expectRan(world.run("ant-1", { type: "add", tasks: [{ title }] }));
    expectDeclined(
      world.run("ant-1", { type: "add", tasks: [{ title: "three" }] }),
      "AG8",
      "cap-reached",
    );
    expectRan(world.run("root", { type: "add", tasks: [{ title: "another agent's" }] }));
    world.pass(HOUR);
    expectDeclined(
      world.run("ant-1", {
        type: "add",
        tasks: Array.from({ length: 4 }, () => ({ title: "many" })),
      }),
      "AG8",
      "cap-reached",
    );
    expectRan(
      world.run("ant-1", {
        type: "add",
        tasks: Array.from({ length: 3 }, () => ({ title: "many" })),
      }),
    );
  });

  test("an operator counts once it has signed, with its key in force", () => {
    const world = World.found();
    world.agent("boss");
    expectRan(world.run("ant-1", { type: "join", key: world.key("ant-1"), operator: "boss" }));
    expect(world.state.get("agent/ant-1")).toMatchObject({
      operator: "boss",
      operatorSigned: false,
    });
    expectRan(
      world.run("ant-2", { type: "join", key: world.key("ant-2"), operator: "boss" }, [
        world.key("boss"),
      ]),
    );
    expect(world.state.get("agent/ant-2")).toMatchObject({
      operator: "boss",
      operatorSigned: true,
    });
    expectRan(
      world.run("ant-3", { type: "join", key: world.key("ant-3"), operator: "nobody" }, [
        madeKey("nobody"),
      ]),
    );
    expect(world.state.get("agent/ant-3")).toMatchObject({
      operator: "nobody",
      operatorSigned: false,
    });
  });

  test("[CP1] capabilities are declared by the agent itself, and can be taken back", () => {
    const world = World.found();
    world.agent("ant-1");
    world.agent("ant-2");
    world.pass(1_000);
    const declare = (by: string) =>
      world.record("capabilities", { agent: "ant-1", skills: ["git"] }, { by });
    expectRefused(world.try({ author: "ant-2", files: declare("ant-2") }), "LN5", "author-wrong");
    expectTwins(world, {
      rule: "RE7",
      code: "signer-wrong",
      illegal: { author: "ant-1", files: declare("ant-2") },
      legal: { author: "ant-1", files: declare("ant-1") },
    });
    world.pass(1_000);
    expectRan(world.run("ant-1", { type: "join", key: world.key("ant-1"), skills: [] }));
    expect(world.state.get("can/ant-1")?.skills).toEqual([]);
  });
});
