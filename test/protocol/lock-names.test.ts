import { describe, expect, test } from "vitest";
import { LOCK_NAMES_BY_AGENT, LOCKS_HELD } from "../../src/protocol/limits.ts";
import { grown, lockBy, lockOf } from "../support/locking.ts";
import { expectDeclined, expectRefused } from "../support/verdicts.ts";
import { HOUR, MINUTE } from "../support/world.ts";

describe("the name of a lock", () => {
  const illegal = [
    "",
    "/",
    "a//b",
    "/a",
    "a/",
    "..",
    "a/../b",
    "../tasks",
    "a/b/c/d",
    "A",
    "a b",
    ".git",
    "a.lock",
    "claim.lock",
    "a/claim.lock",
    "attempts",
    "a/attempts",
    "con",
    "a/nul.txt",
    "a.",
    "x".repeat(81),
    "a\nb",
    "-x",
    "\u202e",
  ];

  test.each(illegal)("[LK1] is refused where it is a path trick: %j", (name) => {
    const world = grown();
    expectDeclined(world.run("ant-1", { type: "lock", name }), "LK1", "lock-name-illegal");
    expectDeclined(world.run("ant-1", { type: "unlock", name }), "LK1", "lock-name-illegal");
  });

  test("[LK1] has up to three segments, none that a lock's own folder needs", () => {
    const world = grown();
    for (const name of ["deploy", "a.b-c_d", "x".repeat(80), "leader/a/b", "0", "a.yaml"]) {
      world.must("ant-1", { type: "lock", name });
      world.must("ant-1", { type: "unlock", name });
    }
    for (const name of ["a/attempts", "a/claim.lock/b"])
      expectRefused(
        world.try({ author: "ant-1", files: lockBy(world, "ant-1", 1, { name }) }),
        "LK1",
        "lock-name-illegal",
      );
    const attempt = world.record("lock-attempt", {
      name: "attempts",
      agent: "ant-1",
      token: "1",
      outcome: "released",
    });
    expectRefused(world.try({ author: "ant-1", files: attempt }), "LK1", "lock-name-illegal");
  });

  test("[LK1] of one lock may begin another's", () => {
    const world = grown();
    world.must("ant-1", { type: "lock", name: "a" });
    world.must("ant-2", { type: "lock", name: "a/b" });
    world.must("ant-1", { type: "unlock", name: "a" });
    expect(lockOf(world, "a/b")?.claim?.agent).toBe("ant-2");
  });
});

describe("the number of locks", () => {
  test("[LK5] is one of at most so many that an agent holds, lapsed ones apart", () => {
    const world = grown();
    for (let at = 0; at < LOCKS_HELD; at += 1)
      world.must("ant-1", { type: "lock", name: `l${at}`, lease: at === 0 ? MINUTE : HOUR });
    expectDeclined(world.run("ant-1", { type: "lock", name: "more" }), "LK5", "lock-limit");
    const files = lockBy(world, "ant-1", 1);
    expectRefused(world.try({ author: "ant-1", files }), "LK5", "lock-limit");
    world.pass(MINUTE);
    world.must("ant-1", { type: "lock", name: "more" });
    expectDeclined(world.run("ant-1", { type: "renew-lock", name: "l0" }), "LK5", "lock-limit");
    world.must("ant-1", { type: "renew-lock", name: "l1" });
    world.must("ant-2", { type: "lock", name: "other" });
  });

  test("[LK6] has one of at most so many names that an agent brings in; roots bring in what is needed", () => {
    const world = grown();
    const take = (agent: string, name: string) => {
      world.must(agent, { type: "lock", name });
      world.must(agent, { type: "unlock", name });
    };
    for (let at = 0; at < LOCK_NAMES_BY_AGENT; at += 1) take("ant-1", `l${at}`);
    expectDeclined(world.run("ant-1", { type: "lock", name: "more" }), "LK6", "lock-limit");
    const files = lockBy(world, "ant-1", 1);
    expectRefused(world.try({ author: "ant-1", files }), "LK6", "lock-limit");
    take("ant-1", "l0");
    take("root", "more");
    take("ant-1", "more");
    take("ant-2", "other");
    for (let at = 0; at <= LOCK_NAMES_BY_AGENT; at += 1) take("root", `r${at}`);
  });
});
