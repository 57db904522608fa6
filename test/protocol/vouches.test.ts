import { describe, expect, test } from "vitest";
import { trustOf } from "../../src/protocol/rules/trust/table.ts";
import { liveVouches, subjectOf } from "../../src/protocol/rules/trust/vouches.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { expectAccepted, expectDeclined, expectRefused, expectTwins } from "../support/verdicts.ts";
import { fingerprintOf, madeKey } from "../support/world-files.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

const DAY = 24 * HOUR;

function colony(): World {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2", "ant-3"]) world.agent(agent);
  return world;
}

function vouched(
  world: World,
  issuer: string,
  subject: string,
  more: Readonly<Record<string, string>> = {},
  by = issuer,
) {
  const said = { subject, issuer, fingerprint: fingerprintOf(world.key(subject)), scope: "all" };
  const until = formatInstant(world.now + DAY);
  const fields = { ...said, level: "high", reason: "good work", until, ...more };
  return world.record("vouch", fields, { by });
}

/** The members whose vouches count for an agent. */
function standing(world: World, agent: string): readonly string[] {
  const subject = subjectOf(world.state, agent)!;
  return liveVouches(world.state, subject, world.now).map(([issuer]) => issuer);
}

/** Makes a member that an operator has signed for. */
function operated(world: World, name: string, operator: string): void {
  const command = { type: "join", key: world.key(name), operator, operatorSigns: true } as const;
  world.must(name, command, [world.key(operator)]);
}

describe("a vouch", () => {
  test("[VO1] is for somebody else, by name and by key", () => {
    const world = colony();
    expectTwins(world, {
      rule: "VO1",
      code: "vouch-wrong",
      illegal: { author: "ant-1", files: vouched(world, "ant-1", "ant-1") },
      legal: { author: "ant-1", files: vouched(world, "ant-1", "ant-2") },
    });
    const own = { fingerprint: fingerprintOf(world.key("ant-1")) };
    const files = vouched(world, "ant-1", "ant-9", own);
    expectRefused(world.try({ author: "ant-1", files }), "VO1", "vouch-wrong");
  });

  test("[VO2] is not for one's operator, nor for whom one operates, nor for who has the same", () => {
    const world = colony();
    for (const name of ["arm-1", "arm-2"]) operated(world, name, "ant-1");
    const refused = [
      ["arm-1", "ant-1"],
      ["ant-1", "arm-1"],
      ["arm-1", "arm-2"],
    ] as const;
    for (const [issuer, subject] of refused) {
      const files = vouched(world, issuer, subject);
      expectRefused(world.try({ author: issuer, files }), "VO2", "vouch-wrong");
    }
    for (const [issuer, subject] of [
      ["arm-1", "ant-2"],
      ["ant-2", "arm-1"],
    ] as const)
      expectAccepted(world.commit({ author: issuer, files: vouched(world, issuer, subject) }));
  });

  test("[VO2] an operator that has not signed stands behind nobody", () => {
    const world = colony();
    world.must("arm-1", { type: "join", key: world.key("arm-1"), operator: "ant-1" });
    expectAccepted(world.commit({ author: "ant-1", files: vouched(world, "ant-1", "arm-1") }));
    expect(standing(world, "arm-1")).toEqual(["ant-1"]);
    // Once the operator signs, what it said of its own counts no more.
    world.pass(MINUTE);
    operated(world, "arm-1", "ant-1");
    expect(standing(world, "arm-1")).toEqual([]);
  });

  test("[VO3] is for the key in force of who is a member, and for any key of who is none", () => {
    const world = colony();
    const other = { fingerprint: fingerprintOf(madeKey("other")) };
    expectTwins(world, {
      rule: "VO3",
      code: "vouch-wrong",
      illegal: { author: "ant-1", files: vouched(world, "ant-1", "ant-2", other) },
      legal: { author: "ant-1", files: vouched(world, "ant-1", "ant-9", other) },
    });
  });

  test("[VO3] counts no more after a rotation, until it is made anew", () => {
    const world = colony();
    world.must("ant-1", { type: "vouch", subject: "ant-2", reason: "good work" });
    expect(standing(world, "ant-2")).toEqual(["ant-1"]);
    world.pass(MINUTE);
    const key = madeKey("ant-2 again");
    world.must("ant-2", { type: "rotate", key }, [key]);
    world.keys.set("ant-2", key);
    expect(standing(world, "ant-2")).toEqual([]);
    world.pass(MINUTE).must("ant-1", { type: "vouch", subject: "ant-2", reason: "as before" });
    expect(standing(world, "ant-2")).toEqual(["ant-1"]);
  });

  test("[VO3] is not for who is revoked, and none that there was counts", () => {
    const world = colony();
    world.must("ant-1", { type: "vouch", subject: "ant-2", reason: "good work" });
    world.must("root", { type: "end-membership", agent: "ant-2", status: "revoked" });
    const again = { type: "vouch", subject: "ant-2", reason: "still" } as const;
    expectDeclined(world.pass(MINUTE).run("ant-3", again), "VO3", "vouch-wrong");
    expect(subjectOf(world.state, "ant-2")).toBeUndefined();
  });

  test("[VO4] ends after it begins, and within a year", () => {
    const world = colony();
    const at = formatInstant(world.now);
    const until = (ms: number) => ({ at, until: formatInstant(world.now + ms) });
    for (const ms of [0, -1, 366 * DAY + 1]) {
      const files = vouched(world, "ant-1", "ant-2", until(ms));
      expectRefused(world.try({ author: "ant-1", files }), "VO4", "vouch-wrong");
    }
    for (const ms of [1, 366 * DAY]) {
      const files = vouched(world, "ant-1", "ant-2", until(ms));
      expectAccepted(world.try({ author: "ant-1", files }));
    }
  });

  test("[VO4] holds for ninety days unless said, and is then over", () => {
    const world = colony();
    world.must("ant-1", { type: "vouch", subject: "ant-2", reason: "good work" });
    world.pass(90 * DAY - 1);
    expect(standing(world, "ant-2")).toEqual(["ant-1"]);
    world.pass(1);
    expect(standing(world, "ant-2")).toEqual([]);
  });

  test("[VO5] is taken back once, and by who made it", () => {
    const world = colony();
    const back = { type: "unvouch", subject: "ant-2" } as const;
    expectDeclined(world.run("ant-1", back), "VO5", "vouch-missing");
    world.must("ant-1", { type: "vouch", subject: "ant-2", reason: "good work" });
    world.must("ant-3", { type: "vouch", subject: "ant-2", reason: "mine too" });
    world.pass(MINUTE).must("ant-1", back);
    expect(standing(world, "ant-2")).toEqual(["ant-3"]);
    expectDeclined(world.pass(MINUTE).run("ant-1", back), "VO5", "vouch-missing");
    const files = vouched(world, "ant-1", "ant-2", { status: "withdrawn" });
    expectRefused(world.try({ author: "ant-1", files }), "VO5", "vouch-wrong");
  });

  test("[VO5] one that is over is not taken back", () => {
    const world = colony();
    world.must("ant-1", { type: "vouch", subject: "ant-2", reason: "good work", length: HOUR });
    world.pass(HOUR);
    expectDeclined(world.run("ant-1", { type: "unvouch", subject: "ant-2" }), "VO5", "vouch-wrong");
  });

  test("[LN5] [RE7] is signed by its issuer", () => {
    const world = colony();
    const files = vouched(world, "ant-1", "ant-2");
    expectRefused(world.try({ author: "ant-3", files }), "LN5", "author-wrong");
    const forged = vouched(world, "ant-1", "ant-3", {}, "ant-3");
    expectRefused(
      world.try({ author: "ant-1", committer: "ant-3", files: forged }),
      "RE7",
      "signer-wrong",
    );
  });

  test("takes the place of the one before it, and says nothing of what others said", () => {
    const world = colony();
    world.must("ant-1", { type: "vouch", subject: "ant-2", level: "high", reason: "good work" });
    world.must("ant-3", { type: "vouch", subject: "ant-2", reason: "mine", length: HOUR });
    world.pass(2 * HOUR);
    const weaker = { level: "low", scope: "lang.*", reason: "only this" } as const;
    world.must("ant-1", { type: "vouch", subject: "ant-2", ...weaker });
    // What is over is forgotten with the next that is written.
    expect(world.state.get("vouch/ant-2")).toMatchObject({ "ant-1": weaker });
    expect(Object.keys(world.state.get("vouch/ant-2")!)).toEqual(["ant-1"]);
  });

  test("of a root and high gives a trust of 0.2 at once", () => {
    const world = colony();
    expect(trustOf(world.state, "ant-1", world.now).score).toBe(0);
    world.must("root", { type: "vouch", subject: "ant-1", level: "high", reason: "good work" });
    expect(trustOf(world.state, "ant-1", world.now).score).toBeGreaterThanOrEqual(200);
  });
});
