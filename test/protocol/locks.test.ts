import { describe, expect, test } from "vitest";
import { lockAttemptFile } from "../../src/protocol/lock-paths.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { attemptBy, FILE, grown, lockBy, lockOf, NAME } from "../support/locking.ts";
import { expectAccepted, expectDeclined, expectRefused, expectTwins } from "../support/verdicts.ts";
import { HOUR, MINUTE } from "../support/world.ts";

describe("a lock", () => {
  test("[LK2] is one member's at a time", () => {
    const world = grown();
    expect(world.must("ant-1", { type: "lock", name: NAME })).toEqual({ tasks: [], token: 1 });
    expectDeclined(world.run("ant-2", { type: "lock", name: NAME }), "LK2", "lock-held");
    world.pass(1_000);
    expectRefused(
      world.try({ author: "ant-2", files: lockBy(world, "ant-2", 2) }),
      "LK2",
      "lock-held",
    );
    expect(world.must("ant-1", { type: "lock", name: NAME })).toMatchObject({ already: true });
    world.must("root", { type: "end-membership", agent: "ant-2", status: "revoked" });
    expectDeclined(world.run("ant-2", { type: "lock", name: "x" }), "AG1", "agent-revoked");
    expectDeclined(world.run("stranger", { type: "lock", name: "x" }), "AG1", "not-a-member");
  });

  test("[LK2] whose lease has lapsed is taken over, with the old token's attempt in the same commit", () => {
    const world = grown();
    world.must("ant-1", { type: "lock", name: NAME, lease: MINUTE });
    expect(lockOf(world)).toMatchObject({ creator: "ant-1", token: 1 });
    world.pass(MINUTE - 1_000);
    expectDeclined(world.run("ant-2", { type: "lock", name: NAME }), "LK2", "lock-held");
    world.pass(1_000);
    expectTwins(world, {
      rule: "LK2",
      code: "companion-missing",
      illegal: { author: "ant-2", files: lockBy(world, "ant-2", 2) },
      legal: {
        author: "ant-2",
        files: { ...attemptBy(world, "ant-2", 1, "expired"), ...lockBy(world, "ant-2", 2) },
      },
    });
    expect(lockOf(world)).toMatchObject({
      creator: "ant-1",
      token: 2,
      claim: { agent: "ant-2", token: 2 },
      last: { token: 1, agent: "ant-1", outcome: "expired" },
    });
  });

  test("[LK2] of one's own that has lapsed is taken anew, so that another process of the agent is fenced", () => {
    const world = grown();
    world.must("ant-1", { type: "lock", name: NAME, lease: MINUTE });
    world.pass(HOUR);
    expect(world.must("ant-1", { type: "lock", name: NAME })).toEqual({ tasks: [], token: 2 });
    const old = { type: "renew-lock", name: NAME, token: 1 } as const;
    expectDeclined(world.run("ant-1", old), "CL4", "lock-fenced");
  });

  test("[CL2] is renewed by its holder, later and under the same token", () => {
    const world = grown();
    world.must("ant-1", { type: "lock", name: NAME });
    const { until, since } = lockOf(world)!.claim!;
    world.pass(MINUTE);
    expectTwins(world, {
      rule: "CL2",
      code: "lock-lease-invalid",
      illegal: {
        author: "ant-1",
        files: lockBy(world, "ant-1", 1, { until: formatInstant(until) }),
      },
      legal: { author: "ant-1", files: lockBy(world, "ant-1", 1) },
    });
    expect(lockOf(world)!.claim).toMatchObject({ since, until: world.now + HOUR });
    expectDeclined(world.run("ant-2", { type: "renew-lock", name: NAME }), "CL4", "lock-held");
  });

  test("[CL2] [CL6] that has lapsed is still renewed by its holder, as long as nobody has taken over", () => {
    const world = grown();
    world.must("ant-1", { type: "lock", name: NAME, lease: MINUTE });
    world.pass(HOUR);
    expect(world.must("ant-1", { type: "renew-lock", name: NAME })).toMatchObject({ token: 1 });
    world.pass(2 * HOUR);
    world.must("ant-2", { type: "lock", name: NAME });
    expectDeclined(
      world.run("ant-1", { type: "renew-lock", name: NAME, token: 1 }),
      "CL4",
      "lock-fenced",
    );
    world.pass(1_000);
    expectRefused(
      world.try({ author: "ant-1", files: lockBy(world, "ant-1", 1) }),
      "CL4",
      "lock-fenced",
    );
  });

  test("[CL4] refuses a token that is not current wherever one is named", () => {
    const world = grown();
    for (const agent of ["ant-1", "ant-2", "ant-1"]) {
      world.must(agent, { type: "lock", name: NAME, lease: MINUTE });
      world.pass(HOUR);
    }
    expect(lockOf(world)).toMatchObject({ token: 3 });
    for (const token of [1, 2]) {
      for (const type of ["renew-lock", "unlock"] as const)
        expectDeclined(world.run("ant-1", { type, name: NAME, token }), "CL4", "lock-fenced");
      const ending = attemptBy(world, "ant-1", token);
      const verdict = world.try({ author: "ant-1", files: ending });
      expectRefused(verdict, "CL4", "lock-fenced");
      const expiring = {
        ...attemptBy(world, "ant-2", token, "expired"),
        ...lockBy(world, "ant-2", 4),
      };
      expectRefused(world.try({ author: "ant-2", files: expiring }), "CL4", "lock-fenced");
    }
    expectDeclined(
      world.run("ant-2", { type: "unlock", name: NAME, token: 3 }),
      "CL4",
      "lock-held",
    );
    world.must("ant-1", { type: "unlock", name: NAME });
    expectDeclined(world.run("ant-2", { type: "unlock", name: NAME }), "CL4", "lock-not-held");
  });

  test("[CL12] has tokens that always rise, whoever had it and however it ended", () => {
    const world = grown();
    for (let token = 1; token <= 5; token += 1) {
      const agent = token % 2 === 0 ? "ant-1" : "ant-2";
      expectTwins(world, {
        rule: "CL12",
        code: "lock-token-wrong",
        illegal: { author: agent, files: lockBy(world, agent, token + 1) },
        legal: { author: agent, files: lockBy(world, agent, token) },
      });
      world.must(agent, { type: "unlock", name: NAME });
    }
    expectRefused(
      world.try({ author: "ant-1", files: lockBy(world, "ant-1", 5) }),
      "CL12",
      "lock-token-wrong",
    );
  });

  test("[CL13] has a lease from a second up to what the mound allows", () => {
    const world = grown();
    for (const until of [world.now - 1, world.now + 999, world.now + 8 * HOUR + 1])
      expectRefused(
        world.try({
          author: "ant-1",
          files: lockBy(world, "ant-1", 1, { until: formatInstant(until) }),
        }),
        "CL13",
        "lock-lease-invalid",
      );
    const week = { type: "lock", name: NAME, lease: 7 * 24 * HOUR } as const;
    expectDeclined(world.run("ant-1", week), "CL13", "lock-lease-invalid");
    world.must("ant-1", { type: "lock", name: NAME, lease: 8 * HOUR });
  });
});

describe("the end of a lock", () => {
  test("[LK3] is its holder's to say, after the lease has lapsed too", () => {
    const world = grown();
    expectDeclined(world.run("ant-1", { type: "unlock", name: NAME }), "LK3", "lock-missing");
    const nothing = world.record("lock-attempt", {
      name: NAME,
      agent: "ant-1",
      token: "1",
      outcome: "released",
    });
    expectRefused(world.try({ author: "ant-1", files: nothing }), "LK3", "lock-missing");
    world.must("ant-1", { type: "lock", name: NAME, lease: MINUTE });
    world.pass(HOUR);
    expect(world.must("ant-1", { type: "unlock", name: NAME })).toEqual({ tasks: [], token: 1 });
    expect(world.at(FILE)).toBeUndefined();
    expect(world.must("ant-1", { type: "unlock", name: NAME })).toEqual({
      tasks: [],
      token: 1,
      already: true,
    });
    world.must("ant-2", { type: "lock", name: NAME });
    expectDeclined(world.run("ant-1", { type: "unlock", name: NAME }), "CL4", "lock-fenced");
  });

  test("[LK3] as expired comes with a takeover, and not before the lease is over", () => {
    const world = grown();
    world.must("ant-1", { type: "lock", name: NAME, lease: MINUTE });
    const takeover = () => ({
      author: "ant-2",
      files: { ...attemptBy(world, "ant-2", 1, "expired"), ...lockBy(world, "ant-2", 2) },
    });
    expectRefused(world.try(takeover()), "LK3", "lock-held");
    world.pass(HOUR);
    expectTwins(world, {
      rule: "LK3",
      code: "companion-missing",
      illegal: { author: "ant-2", files: attemptBy(world, "ant-2", 1, "expired") },
      legal: takeover(),
    });
  });

  test("[LK4] takes the place of the end before it, in the same commit", () => {
    const world = grown();
    for (const token of [1, 2, 3]) {
      world.must("ant-1", { type: "lock", name: NAME, lease: MINUTE });
      if (token < 3) world.must("ant-1", { type: "unlock", name: NAME });
    }
    const attempts = () => world.paths().filter((path) => path.includes("/attempts/"));
    expect(attempts()).toEqual([lockAttemptFile(NAME, 2)]);
    const ending = attemptBy(world, "ant-1", 3);
    expectTwins(world, {
      rule: "PA3",
      code: "removal-missing",
      illegal: { author: "ant-1", files: ending },
      legal: { author: "ant-1", files: { ...ending, [lockAttemptFile(NAME, 2)]: undefined } },
    });
    expect(attempts()).toEqual([lockAttemptFile(NAME, 3)]);
    const gone = { [lockAttemptFile(NAME, 3)]: undefined };
    expectRefused(world.try({ author: "ant-1", files: gone }), "PA3", "removal-illegal");
    world.must("ant-1", { type: "lock", name: NAME, lease: MINUTE });
    const unlocked = { [FILE]: undefined };
    expectRefused(world.try({ author: "ant-1", files: unlocked }), "PA3", "removal-illegal");
    world.pass(HOUR);
    world.must("ant-2", { type: "lock", name: NAME });
    expect(attempts()).toEqual([lockAttemptFile(NAME, 4)]);
    expectAccepted(world.verdicts.at(-1)!);
  });

  test("is signed by the agent that it names", () => {
    const world = grown();
    const files = lockBy(world, "ant-1", 1);
    expectRefused(world.try({ author: "ant-2", files }), "LN5", "author-wrong");
    const until = formatInstant(world.now + HOUR);
    const fields = { name: NAME, agent: "ant-1", token: "1", until };
    const forged = world.record("lock", fields, { by: "ant-2" });
    expectRefused(world.try({ author: "ant-1", files: forged }), "RE7", "signer-wrong");
  });
});
