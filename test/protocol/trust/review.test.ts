import { describe, expect, test } from "vitest";
import { fold } from "../../../src/protocol/fold.ts";
import type { AgentId } from "../../../src/protocol/ids.ts";
import { taskStatus } from "../../../src/protocol/rules/task-status.ts";
import { keysAcross, shardOf } from "../../../src/protocol/shards.ts";
import { MemoryState, type View } from "../../../src/protocol/state.ts";
import { eventsOf } from "../../../src/protocol/views/events.ts";
import {
  mayReview,
  Reviewers,
  summariseReviews,
  unreviewedTasks,
} from "../../../src/protocol/views/reviews.ts";
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

/** What the newest commit tells. */
function events(world: World) {
  const before = new MemoryState();
  for (const facts of world.log.slice(0, -1)) fold(before, facts);
  return eventsOf(before, world.log.at(-1)!, world.verdicts.at(-1)!);
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

describe("what waits for a review", () => {
  const waiting = (world: World) => unreviewedTasks(world.state).map(({ task }) => task);
  const by = (world: World, task: string) =>
    new Reviewers(world.state, world.now).of(
      unreviewedTasks(world.state).find((one) => one.task === task)!,
    );

  test("is what asks for one and is done, from the finish to the review", () => {
    const world = guarded();
    const plain = deal(world, "ant-1", "ant-2");
    const asked = deal(world, "ant-1", "ant-2", { review: "required" });
    const named = deal(world, "ant-1", "ant-2", { reviewer: "judge" });
    const worth = deal(world, "ant-1", "ant-2", { value: 10 });
    expect(waiting(world)).toEqual([asked, named, worth]);
    expect(waiting(world)).not.toContain(plain);
    expect(by(world, asked)).toEqual(["ant-1"]);
    expect(by(world, named)).toEqual(["judge", "ant-1"]);
    expect(by(world, worth)).toEqual(["root"]);
    world.must("ant-1", { type: "review", task: asked, accept: true });
    world.must("judge", { type: "review", task: named, accept: false });
    expect(waiting(world)).toEqual([worth]);
    world.must("ant-3", { type: "claim", task: named });
    expect(waiting(world)).toEqual([worth]);
    world.pass(1_000).must("ant-3", { type: "finish", task: named, outcome: "done" });
    expect(waiting(world)).toEqual([worth, named]);
  });

  test("is found without looking at a task, in one shard of the state", () => {
    const world = guarded();
    for (let n = 0; n < 3; n += 1) deal(world, "ant-1", "ant-2");
    const asked = deal(world, "ant-1", "ant-2", { review: "required" });
    const shards = new Set<string>();
    const view: View = {
      get: (key) => (shards.add(shardOf(key)), world.state.get(key)),
      keys: (prefix) => (
        keysAcross(prefix)!.forEach((key) => shards.add(shardOf(key))),
        world.state.keys(prefix)
      ),
      eachTodo: () => expect.fail("no task is looked at"),
    };
    const found = unreviewedTasks(view).filter((work) =>
      mayReview(view, work, "ant-1" as AgentId, world.now),
    );
    expect(found.map(({ task }) => task)).toEqual([asked]);
    expect([...shards].toSorted()).toEqual(["a-an", "unreviewed"]);
  });

  test("waits for no member that has left, and for nobody where who made it did it", () => {
    const world = guarded();
    const task = deal(world, "ant-1", "ant-2", { review: "required" });
    const own = deal(world, "ant-2", "ant-2", { review: "required" });
    world.must("ant-1", { type: "end-membership", agent: "ant-1", status: "withdrawn" });
    expect(by(world, task)).toEqual([]);
    expect(by(world, own)).toEqual([]);
  });

  test("the reviewers that are listed are those whom the judge lets, one by one", () => {
    const world = guarded();
    for (const name of ["bee-1", "bee-2"]) staff(world, name, "judge", name === "bee-1");
    for (const name of ["judge", "bee-1", "bee-2", "ant-3"]) raise(world, name);
    const tasks = [
      deal(world, "ant-1", "ant-2", { value: 10 }),
      deal(world, "judge", "ant-2", { value: 10 }),
      deal(world, "ant-1", "bee-1", { value: 10 }),
      deal(world, "bee-2", "ant-3", { value: 10, reviewer: "root" }),
      deal(world, "root", "ant-1", { review: "required" }),
    ];
    const names = world.state.keys("agent/").map((key) => key.slice("agent/".length));
    for (const task of tasks) {
      const allowed = names.filter((agent) => world.try(review(world, task, agent)).accepted);
      expect([task, by(world, task).toSorted()]).toEqual([task, allowed]);
    }
    expect(by(world, tasks[0]!)).toEqual(["ant-3", "bee-1", "bee-2", "judge", "root"]);
    expect(by(world, tasks[2]!)).toEqual(["ant-3", "root"]);
  });

  test("what nobody could review is told before it is done, and after", () => {
    const world = guarded();
    const summary = () => summariseReviews(world.state, "root" as AgentId, world.now);
    const task = world.add("work", { value: 10 });
    expect(summary()).toEqual({ waiting: 0, mine: [], stuck: [task] });
    world.must("ant-1", { type: "claim", task });
    world.must("ant-1", { type: "finish", task, outcome: "done" });
    expect(summary()).toEqual({ waiting: 1, mine: [], stuck: [task] });
    raise(world, "judge");
    expect(summary()).toEqual({ waiting: 1, mine: [], stuck: [] });
    const other = world.add("work", { value: 10 });
    // Who is the only one that could review it does not do it.
    world.must("judge", { type: "claim", task: other });
    expect(summary().stuck).toEqual([other]);
  });

  test("an event says so, and names who may review it", () => {
    const world = guarded();
    deal(world, "ant-1", "ant-2");
    expect(events(world).filter(({ type }) => type === "review.waiting")).toEqual([]);
    raise(world, "judge");
    const task = deal(world, "ant-1", "ant-2", { value: 10 });
    expect(events(world)).toMatchObject([
      { type: "task.done", task, agent: "ant-2" },
      { type: "review.waiting", task, agent: "ant-2", token: 1, reviewers: ["judge", "root"] },
    ]);
  });
});
