import { describe, expect, test } from "vitest";
import type { Oid } from "../../src/protocol/ids.ts";
import { judge } from "../../src/protocol/judge.ts";
import { FACT_CHARS, REFUSALS_KEPT } from "../../src/protocol/limits.ts";
import { GENESIS_NAMESPACE } from "../../src/protocol/signature.ts";
import { expectAccepted, expectRefused, expectTwins } from "../support/verdicts.ts";
import { plainFile } from "../support/world-files.ts";
import { MINUTE, World } from "../support/world.ts";

const ELSEWHERE = "0".repeat(40) as Oid;

function task(world: World, id: string, more: Record<string, string> = {}) {
  return world.record("task", { id, creator: "root", title: "work", ...more });
}

describe("the line", () => {
  test("[LN1] a commit has one parent, and that is the tip", () => {
    const world = World.found();
    const files = task(world, "aaaaaa1");
    for (const parents of [[], [ELSEWHERE], [world.tip!, ELSEWHERE], [world.tip!, world.tip!]]) {
      expectRefused(world.try({ author: "root", files, parents }), "LN1", "lineage");
    }
    expectTwins(world, {
      rule: "LN1",
      code: "lineage",
      illegal: { author: "root", files, parents: [world.log[0]!.commit!.tree] },
      legal: { author: "root", files },
    });
  });

  test("[LN1] what is no commit that git writes is refused, and the line goes on after it", () => {
    const world = World.found();
    const before = world.state.get("line")!;
    const verdict = judge(world.state, {
      ...world.facts({ author: "root", files: task(world, "aaaaaa1") }),
      commit: undefined,
    });
    expectRefused(verdict, "LN1", "lineage");
    world.state.apply(verdict.delta);
    expect(world.state.get("line")).toMatchObject({
      time: before.time,
      commits: 2,
      refused: 1,
      accepted: before.tip,
    });
    expectAccepted(world.commit({ author: "root", files: task(world, "aaaaaa2") }));
  });

  test("[LN2] a commit is not older than its parent", () => {
    const world = World.found();
    expectTwins(world, {
      rule: "LN2",
      code: "time-backwards",
      illegal: { author: "root", files: task(world, "aaaaaa1"), time: world.now - 1_000 },
      legal: { author: "root", files: task(world, "aaaaaa1"), time: world.now },
    });
  });

  test("[LN2] a refused commit from far ahead does not move the log's clock", () => {
    const world = World.found();
    const files = task(world, "aaaaaa1");
    expectRefused(
      world.commit({ author: "mallory", files, time: world.now + 1e12 }),
      "LN4",
      "commit-signature",
    );
    expectAccepted(world.commit({ author: "root", files: task(world, "aaaaaa2") }));
  });

  test("[LN3] a record's time lies within the skew of the commit's, on both sides", () => {
    const world = World.found();
    for (const [offset, id] of [
      [2 * MINUTE, "aaaaaa1"],
      [-2 * MINUTE, "aaaaaa2"],
    ] as const) {
      const at = (shift: number) => ({ at: new Date(world.now + shift).toISOString() });
      const beyond = offset + Math.sign(offset);
      expectTwins(world, {
        rule: "LN3",
        code: "clock-skew",
        illegal: { author: "root", files: task(world, id, at(beyond)) },
        legal: { author: "root", files: task(world, id, at(offset)) },
      });
    }
  });

  test("[LN4] a commit is signed with the key in force of its committer", () => {
    const world = World.found();
    world.agent("ant-1");
    const files = task(world, "aaaaaa1");
    const refused = (signature: object | "none", committer = "root") =>
      expectRefused(
        world.try({ author: "root", committer, files, signature }),
        "LN4",
        "commit-signature",
      );
    refused("none");
    refused({ valid: false });
    refused({ namespace: "file" });
    refused({ key: world.key("ant-1") });
    refused({ key: undefined, valid: false });
    refused({}, "nobody");
    expectAccepted(world.try({ author: "root", files }));
    // A sequencer commits for another: its own key signs the commit, the author's the records.
    expectAccepted(world.commit({ author: "root", committer: "ant-1", files }));
  });

  test("[LN5] a commit has one acting agent, who is its author", () => {
    const world = World.found();
    world.agent("ant-1");
    expectTwins(world, {
      rule: "LN5",
      code: "author-wrong",
      illegal: { author: "ant-1", files: task(world, "aaaaaa1") },
      legal: { author: "root", files: task(world, "aaaaaa1") },
    });
    const mixed = {
      ...task(world, "aaaaaa2"),
      ...world.record("task", { id: "aaaaaa3", creator: "ant-1", title: "work" }),
    };
    expectRefused(world.try({ author: "root", files: mixed }), "LN5", "author-wrong");
    expectRefused(
      world.try({ author: "Root Person", files: task(world, "aaaaaa2") }),
      "LN5",
      "not-a-member",
    );
  });

  test("[LN5] without a record, only its own signature says who acts: nobody is named for a repair", () => {
    const world = World.found();
    world.agent("ant-1");
    const good = world.at("mound.yaml");
    world.commit({ author: "ant-1", files: { "mound.yaml": plainFile("broken") } });
    expectTwins(world, {
      rule: "LN5",
      code: "author-wrong",
      illegal: { author: "root", committer: "ant-1", files: { "mound.yaml": good } },
      legal: { author: "ant-1", files: { "mound.yaml": good } },
    });
  });

  test.each([
    "work\n\nAgent: mallory\n",
    "work\n\nagent : mallory\n",
    "work\n\nTask: aaaaaa9\n",
    "work\n\nTask: agent.yaml\n",
    "work\n\nTask: aaaaaa1\nAgent: root\n\nAgent: mallory\n\n# end\n",
    "work\n\nSigned-off-by: x\nno trailer\nAgent: mallory\n",
    "work\n\nAgent: root\n mallory\n",
  ])("[LN6] trailers, where present, are true: %j", (message) => {
    const world = World.found();
    const files = task(world, "aaaaaa1");
    expectTwins(world, {
      rule: "LN6",
      code: "trailer-false",
      illegal: { author: "root", files, message },
      legal: {
        author: "root",
        files,
        message: "work: all of it\n\nA reason: none.\n\nTask: aaaaaa1\nAgent: root\n",
      },
    });
  });

  test("[LN8] under a protocol that this software does not know, it accepts nothing", () => {
    const world = World.found();
    const config = (protocol: string) => {
      const roots = [`root ${world.key("root")}`];
      return world.record("mound", {
        protocol,
        name: "test",
        membership: "open",
        roots,
        threshold: "1",
      });
    };
    world.pass(1_000);
    expectAccepted(world.commit({ author: "root", files: config("1") }));
    world.pass(1_000);
    // The change itself is judged by the protocol in force before it.
    expectAccepted(world.commit({ author: "root", files: config("2") }));
    expectRefused(
      world.commit({ author: "root", files: task(world, "aaaaaa1") }),
      "LN8",
      "protocol-unknown",
    );
  });

  test("[LN9] a commit changes something", () => {
    const world = World.found();
    expectTwins(world, {
      rule: "LN9",
      code: "commit-empty",
      illegal: { author: "root", files: {} },
      legal: { author: "root", files: task(world, "aaaaaa1") },
    });
  });

  test("[LN10] the first commit of a line founds the mound", () => {
    const world = World.empty();
    const stray = world.record(
      "agent",
      { agent: "root", key: world.key("root"), seen: undefined },
      { namespace: "record@" },
    );
    expectRefused(world.try({ author: "root", files: stray }), "LN10", "lineage");
    world.must("root", {
      type: "init",
      name: "test",
      key: world.key("root"),
      membership: "open",
      files: { "README.md": "hello\n" },
    });
    expect(world.state.get("mound")).toMatchObject({ name: "test", threshold: 1 });
    expect(world.state.get("file/README.md")).toMatchObject({ at: 0 });
  });

  test("[LN10] a line whose first commit was refused is never a mound", () => {
    const world = World.empty();
    world.commit({ author: "root", files: { "README.md": plainFile("hello\n") } });
    const roots = [`root ${world.key("root")}`];
    const founding = world.record(
      "mound",
      { protocol: "1", name: "test", membership: "open", roots, threshold: "1", seen: undefined },
      { namespace: GENESIS_NAMESPACE },
    );
    expectRefused(world.commit({ author: "root", files: founding }), "LN10", "lineage");
    expect(world.state.get("mound")).toBeUndefined();
  });

  test("refusals are kept, the newest of them, and cut: strangers do not fill the state", () => {
    const world = World.found();
    const long = "x".repeat(100_000);
    for (let count = 0; count < REFUSALS_KEPT + 5; count += 1) {
      world.commit({ author: `${long}${count}`, files: { [`${long}${count}`]: plainFile("") } });
    }
    const refusals = world.state.get("refusals")!;
    expect(refusals).toHaveLength(REFUSALS_KEPT);
    expect(refusals.at(-1)!.commit).toBe(world.tip);
    expect(JSON.stringify(refusals).length).toBeLessThan(REFUSALS_KEPT * 3 * FACT_CHARS);
    expect(world.state.keys("astray/")).toEqual([]);
  });
});
