import { describe, expect, test } from "vitest";
import { taskStatus } from "../../../src/protocol/rules/task-status.ts";
import { deal, reviewed, score, staff } from "../../support/dealing.ts";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../../support/verdicts.ts";
import { World } from "../../support/world.ts";

/** A mound in which tasks of a value of 10 and more need a reviewer trusted as far as 0.3. */
function guarded(value = "10"): World {
  const world = World.found();
  for (const name of ["ant-1", "ant-2", "ant-3", "judge"]) world.agent(name);
  for (const [key, to] of [
    ["review_value", value],
    ["review_trust", "0.3"],
  ] as const)
    world.pass(1_000).must("root", { type: "configure", set: { key, value: to } });
  return world.pass(1_000);
}

/** Makes an agent trusted: a root accepts what it does. */
function raise(world: World, agent: string): void {
  for (let n = 0; n < 8; n += 1) reviewed(world, "root", agent, true);
  expect(score(world, agent)).toBeGreaterThan(300);
}

function review(world: World, task: string, agent: string, verdict = "accepted") {
  const token = String(world.task(task).token);
  return { author: agent, files: world.record("review", { task, token, agent, verdict }) };
}

function status(world: World, task: string): string {
  return taskStatus(world.state, world.task(task), world.now);
}

describe("[RV4] what is worth review_value or more", () => {
  test("is reviewed by who is trusted, and not by who made it, of lower trust, or did it", () => {
    const world = guarded();
    raise(world, "judge");
    const task = deal(world, "ant-1", "ant-2", { value: 10 });
    for (const [agent, rule, code] of [
      ["ant-1", "RV4", "review-dependent"],
      ["ant-3", "RV4", "review-dependent"],
      ["ant-2", "RV3", "not-a-reviewer"],
    ] as const) {
      expectRefused(world.try(review(world, task, agent)), rule, code);
      expectRefused(world.try(review(world, task, agent, "rejected")), rule, code);
      expectDeclined(world.run(agent, { type: "review", task, accept: true }), rule, code);
    }
    expectRan(world.run("judge", { type: "review", task, accept: true }));
    expect(status(world, task)).toBe("accepted");
  });

  test("is not reviewed by the reviewer that it names, unless that one is trusted and apart", () => {
    const world = guarded();
    raise(world, "judge");
    const task = deal(world, "ant-1", "ant-2", { value: 12, reviewer: "ant-3" });
    expectTwins(world, {
      rule: "RV4",
      code: "review-dependent",
      illegal: review(world, task, "ant-3"),
      legal: review(world, task, "judge"),
    });
  });

  test("may be reviewed by any root but one that made it", () => {
    const world = guarded();
    world.must("root", { type: "configure", addRoot: "ant-3" });
    const task = deal(world, "root", "ant-2", { value: 10 });
    expectTwins(world, {
      rule: "RV4",
      code: "review-dependent",
      illegal: review(world, task, "root"),
      legal: review(world, task, "ant-3"),
    });
  });

  test("of less value is reviewed as ever", () => {
    const world = guarded();
    raise(world, "judge");
    const task = deal(world, "ant-1", "ant-2", { value: 9 });
    expectTwins(world, {
      rule: "RV1",
      code: "not-a-reviewer",
      illegal: review(world, task, "judge"),
      legal: review(world, task, "ant-1"),
    });
  });

  test("is not reviewed by the operator of who made or did it, nor by who has the same", () => {
    const world = guarded();
    for (const name of ["bee-1", "bee-2"]) staff(world, name, "judge", true);
    for (const name of ["judge", "bee-2"]) raise(world, name);
    const made = deal(world, "bee-1", "ant-2", { value: 10 });
    const did = deal(world, "ant-1", "bee-1", { value: 10 });
    for (const task of [made, did])
      for (const agent of ["judge", "bee-2"])
        expectRefused(world.try(review(world, task, agent)), "RV4", "review-dependent");
    raise(world, "ant-3");
    for (const task of [made, did]) expectAccepted(world.commit(review(world, task, "ant-3")));
  });

  test("an operator that has not signed bars who names it, and nobody else", () => {
    const world = guarded();
    for (const name of ["judge", "ant-3"]) raise(world, name);
    // Whoever names the operator of a strict reviewer is not rid of it.
    staff(world, "wasp", "judge", false);
    const did = deal(world, "ant-1", "wasp", { value: 10 });
    staff(world, "ant-3", "wasp", false);
    expectTwins(world, {
      rule: "RV4",
      code: "review-dependent",
      illegal: review(world, did, "ant-3"),
      legal: review(world, did, "judge", "rejected"),
    });
  });

  test("counts as done and not accepted until then, also for what waits for it", () => {
    const world = guarded();
    const first = world.add("first", { value: 10 }, "ant-1");
    const then = world.add("then", { after: [first] }, "ant-1");
    world.must("ant-2", { type: "claim", task: first });
    world.must("ant-2", { type: "finish", task: first, outcome: "done" });
    expect(status(world, first)).toBe("done");
    expect(status(world, then)).toBe("blocked");
    expectDeclined(world.run("ant-3", { type: "claim", task: then }), "CL10", "blocked");
    world.must("root", { type: "review", task: first, accept: true });
    expect(status(world, first)).toBe("accepted");
    expectRan(world.run("ant-3", { type: "claim", task: then }));
  });

  test("is what was so when it was done: a setting of later changes nothing about finished work", () => {
    const world = guarded("0");
    const before = deal(world, "ant-1", "ant-2", { value: 10 });
    world.must("root", { type: "configure", set: { key: "review_value", value: "10" } });
    const after = deal(world, "ant-1", "ant-2", { value: 10 });
    world.pass(1_000).must("root", { type: "configure", set: { key: "review_value", value: "0" } });
    expectAccepted(world.try(review(world, before, "ant-1")));
    expectRefused(world.try(review(world, after, "ant-1")), "RV4", "review-dependent");
    // The trust that it takes is that of now: what nobody could review is let go by lowering it.
    expectRefused(world.try(review(world, after, "ant-3")), "RV4", "review-dependent");
    world.pass(1_000).must("root", { type: "configure", set: { key: "review_trust", value: "0" } });
    expectAccepted(world.commit(review(world, after, "ant-3")));
  });
});
