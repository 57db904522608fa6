import { describe, expect, test } from "vitest";
import { fold } from "../../src/protocol/fold.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { eventsOf } from "../../src/protocol/views/events.ts";
import { expectAccepted, expectDeclined, expectRefused, expectTwins } from "../support/verdicts.ts";
import { plainFile, type Files } from "../support/world-files.ts";
import { HOUR, World } from "../support/world.ts";

const DIGEST = "ab".repeat(32);

/** A mound with a few commits; `at(n)` names the commit number n. */
function grown(): { world: World; at: (number: number) => Oid } {
  const world = World.found();
  world.agent("ant-1");
  for (const title of ["one", "two"]) world.add(title);
  return { world, at: (number) => world.log[number - 1]!.oid };
}

function said(world: World, fields: Readonly<Record<string, string>>): Files {
  return world.record("checkpoint", { agent: "ant-1", digest: DIGEST, ...fields });
}

describe("a checkpoint", () => {
  test("[CK1] is of a commit on the line", () => {
    const { world, at } = grown();
    expectTwins(world, {
      rule: "CK1",
      code: "checkpoint-wrong",
      illegal: { author: "ant-1", files: said(world, { commit: "1".repeat(40), number: "2" }) },
      legal: { author: "ant-1", files: said(world, { commit: at(2), number: "2" }) },
    });
  });

  test("[CK1] is not of a commit that its author had not seen", () => {
    const { world, at } = grown();
    expectTwins(world, {
      rule: "CK1",
      code: "checkpoint-wrong",
      illegal: {
        author: "ant-1",
        files: said(world, { commit: at(4), number: "4", seen: at(3) }),
      },
      legal: { author: "ant-1", files: said(world, { commit: at(4), number: "4", seen: at(4) }) },
    });
  });

  test("[CK1] may be of a commit that was refused: the line went on there", () => {
    const { world } = grown();
    const refused = world.commit({ author: "ant-1", files: { x: plainFile("junk\n") } });
    expectRefused(refused, "RE2", "record-malformed");
    const files = said(world, { commit: world.tip!, number: "5" });
    expectAccepted(world.commit({ author: "ant-1", files }));
  });

  test("[CK2] says the true number of its commit, refused ones counted", () => {
    const { world, at } = grown();
    for (const number of ["1", "3"]) {
      const files = said(world, { commit: at(2), number });
      expectRefused(world.try({ author: "ant-1", files }), "CK2", "checkpoint-wrong");
    }
    world.commit({ author: "ant-1", files: { x: plainFile("junk\n") } });
    world.add("three");
    expectTwins(world, {
      rule: "CK2",
      code: "checkpoint-wrong",
      illegal: { author: "ant-1", files: said(world, { commit: world.tip!, number: "5" }) },
      legal: { author: "ant-1", files: said(world, { commit: world.tip!, number: "6" }) },
    });
  });

  test("[CK3] is signed once for a commit by an agent, and each agent may sign its own", () => {
    const { world, at } = grown();
    const first = said(world, { commit: at(2), number: "2" });
    expectAccepted(world.commit({ author: "ant-1", files: first }));
    world.pass(HOUR);
    const again = said(world, { commit: at(2), number: "2", digest: "cd".repeat(32) });
    expectRefused(world.try({ author: "ant-1", files: again }), "CK3", "checkpoint-wrong");
    const [path] = Object.keys(first) as [string];
    const gone = world.try({ author: "ant-1", files: { [path]: undefined } });
    expectRefused(gone, "PA3", "removal-illegal");
    const other = said(world, { commit: at(2), number: "2", agent: "root" });
    expectAccepted(world.commit({ author: "root", files: other }));
  });

  test("[CK3] of the same commit by the same agent is not decided twice", () => {
    const { world, at } = grown();
    const command = { type: "checkpoint", commit: at(3), number: 3, digest: DIGEST } as const;
    world.must("ant-1", command);
    expect(world.must("ant-1", command)).toEqual({ tasks: [], already: true });
    expectDeclined(world.run("root", { ...command, number: 2 }), "CK2", "checkpoint-wrong");
  });

  test("is signed by the agent that it names", () => {
    const { world, at } = grown();
    const files = said(world, { commit: at(2), number: "2" });
    expectRefused(world.try({ author: "root", files }), "LN5", "author-wrong");
    const forged = world.record(
      "checkpoint",
      { agent: "ant-1", digest: DIGEST, commit: at(2), number: "2" },
      { by: "root" },
    );
    expectRefused(world.try({ author: "ant-1", files: forged }), "RE7", "signer-wrong");
  });
});

describe("what the state keeps of checkpoints", () => {
  test("is the newest of each agent, and the newest of all: by the commit that they speak of", () => {
    const { world, at } = grown();
    const sign = (agent: string, number: number, until?: number) =>
      world.must(agent, {
        type: "checkpoint",
        commit: at(number),
        number,
        digest: DIGEST,
        ...(until === undefined ? {} : { until }),
      });
    expect(world.state.get("checkpoint")).toBeUndefined();
    const until = world.now + HOUR;
    sign("ant-1", 3, until);
    const newest = {
      agent: "ant-1",
      commit: at(3),
      number: 3,
      digest: DIGEST,
      at: world.now,
      until,
    };
    expect(world.state.get("checkpoint")).toEqual({ ...newest, signed: 1 });
    world.pass(HOUR);
    sign("root", 2);
    sign("ant-1", 1);
    expect(world.state.get("checkpoint")).toEqual({ ...newest, signed: 1 });
    expect(world.state.get("checkpoint/ant-1")).toEqual(newest);
    expect(world.state.get("checkpoint/root")).toMatchObject({ number: 2, until: undefined });
    sign("root", 4);
    expect(world.state.get("checkpoint")).toMatchObject({ agent: "root", number: 4, signed: 1 });
    sign("ant-1", 4);
    expect(world.state.get("checkpoint")).toMatchObject({ agent: "ant-1", number: 4, signed: 2 });
    expect(world.state.keys("checkpoint/")).toEqual(["checkpoint/ant-1", "checkpoint/root"]);
  });

  test("is told as an event of its own", () => {
    const { world, at } = grown();
    const before = new MemoryState(world.state.entries());
    world.must("ant-1", { type: "checkpoint", commit: at(3), number: 3, digest: DIGEST });
    const facts = world.log.at(-1)!;
    expect(eventsOf(before, facts, fold(new MemoryState(before.entries()), facts))).toMatchObject([
      { type: "checkpoint.signed", actor: "ant-1", agent: "ant-1", refs: [at(3)] },
    ]);
  });
});
