import { describe, expect, test } from "vitest";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import type { Files } from "../support/world-files.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

function claimed(): { world: World; id: string; lock: string } {
  const world = World.found();
  for (const name of ["ant-1", "ant-2"]) world.agent(name);
  const id = world.add("work");
  expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
  return { world, id, lock: `tasks/${id.slice(0, 2)}/${id}/claim.lock` };
}

function attempt(world: World, task: string, agent: string, outcome: string): Files {
  return world.record("attempt", { task, agent, token: "1", outcome });
}

describe("how a claim ends", () => {
  test("[AT1] as expired: once its lease lapsed, by who takes the task over in that commit", () => {
    const { world, id, lock } = claimed();
    const expired = () => attempt(world, id, "ant-2", "expired");
    const next = () =>
      world.record("claim", {
        task: id,
        agent: "ant-2",
        token: "2",
        until: new Date(world.now + HOUR).toISOString(),
      });
    expectRefused(
      world.try({ author: "ant-2", files: { ...expired(), ...next() } }),
      "AT1",
      "held",
    );
    world.pass(HOUR);
    expectRefused(
      world.try({ author: "ant-2", files: { ...expired(), [lock]: undefined } }),
      "AT1",
      "companion-missing",
    );
    expectTwins(world, {
      rule: "AT1",
      code: "companion-missing",
      illegal: { author: "ant-2", files: expired() },
      legal: { author: "ant-2", files: { ...expired(), ...next() } },
    });
  });

  test("[AT2] as cancelled: by who cancels the task in that commit", () => {
    const { world, id, lock } = claimed();
    const cancelled = attempt(world, id, "root", "cancelled");
    expectTwins(world, {
      rule: "AT2",
      code: "companion-missing",
      illegal: { author: "root", files: { ...cancelled, [lock]: undefined } },
      legal: {
        author: "root",
        files: {
          ...cancelled,
          [lock]: undefined,
          ...world.record("cancel", { task: id, agent: "root" }),
        },
      },
    });
    expect(world.task(id)).toMatchObject({
      claim: undefined,
      cancelled: { by: "root" },
      attempts: [{ agent: "ant-1", outcome: "cancelled" }],
    });
  });

  test("[CA1] a task is cancelled by its creator or a root", () => {
    const { world } = claimed();
    const id = world.add("mine", {}, "ant-1");
    expectTwins(world, {
      rule: "CA1",
      code: "not-the-creator",
      illegal: { author: "ant-2", files: world.record("cancel", { task: id, agent: "ant-2" }) },
      legal: { author: "ant-1", files: world.record("cancel", { task: id, agent: "ant-1" }) },
    });
    const other = world.add("mine too", {}, "ant-1");
    expectDeclined(world.run("ant-2", { type: "cancel", task: other }), "CA1", "not-the-creator");
    expectRan(world.run("root", { type: "cancel", task: other }));
  });

  test("[CA2] what is done or cancelled is not cancelled", () => {
    const { world, id } = claimed();
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    expectDeclined(world.run("root", { type: "cancel", task: id }), "CA2", "not-open");
    expectRan(world.run("root", { type: "review", task: id, accept: false }));
    expectRan(world.run("root", { type: "cancel", task: id }));
    world.pass(1_000);
    expectDeclined(world.run("root", { type: "cancel", task: id }), "CA2", "not-open");
  });

  test("[CA3] a cancellation ends a claim in the same commit", () => {
    const { world, id, lock } = claimed();
    const cancel = world.record("cancel", { task: id, agent: "root" });
    expectRefused(
      world.try({ author: "root", files: { ...cancel, [lock]: undefined } }),
      "CA3",
      "companion-missing",
    );
    expectRefused(world.try({ author: "root", files: cancel }), "CA3", "companion-missing");
    expectRan(world.run("root", { type: "cancel", task: id, reason: "not needed" }));
    expect(world.at(lock)).toBeUndefined();
    expectDeclined(
      world.run("ant-1", { type: "finish", task: id, outcome: "done" }),
      "CL4",
      "fenced",
    );
  });

  test("[PR1] the records of progress are counted, anew for each token", () => {
    const { world, id } = claimed();
    const progress = (n: number, token = 1, agent = "ant-1") => {
      world.pass(MINUTE);
      const until = new Date(world.now + HOUR).toISOString();
      const common = { task: id, agent, token: String(token) };
      return {
        ...world.record("progress", { ...common, n: String(n), percent: "10" }),
        ...world.record("claim", { ...common, until }),
      };
    };
    for (const n of [1, 2]) {
      for (const wrong of [n + 1, n + 2]) {
        expectRefused(
          world.try({ author: "ant-1", files: progress(wrong) }),
          "PR1",
          "path-illegal",
        );
      }
      expectAccepted(world.commit({ author: "ant-1", files: progress(n) }));
      expectRefused(world.try({ author: "ant-1", files: progress(n) }), "PR1", "path-illegal");
    }
    world.pass(2 * HOUR);
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    expectRefused(
      world.try({ author: "ant-2", files: progress(3, 2, "ant-2") }),
      "PR1",
      "path-illegal",
    );
    expectAccepted(world.commit({ author: "ant-2", files: progress(1, 2, "ant-2") }));
  });

  test("progress carries a checkpoint over to whoever goes on", () => {
    const { world, id } = claimed();
    const report = (
      agent: string,
      progress: { percent?: number; note?: string; checkpoint?: string },
    ) => {
      world.pass(MINUTE);
      expectRan(world.run(agent, { type: "renew", task: id, progress }));
    };
    report("ant-1", { percent: 40, checkpoint: "page 4" });
    report("ant-1", { note: "still reading" });
    expect(world.task(id).progress).toMatchObject({
      count: 2,
      percent: 40,
      note: "still reading",
      checkpoint: "page 4",
    });
    world.pass(9 * HOUR);
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    report("ant-2", { percent: 5 });
    expect(world.task(id).progress).toMatchObject({
      token: 2,
      count: 1,
      percent: 5,
      note: undefined,
      checkpoint: "page 4",
    });
  });

  test("[RV1] a task is reviewed by its creator, or the reviewer it names", () => {
    const { world } = claimed();
    world.agent("judge");
    const id = world.add("work", { reviewer: "judge" }, "ant-2");
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    const review = (agent: string) =>
      world.record("review", { task: id, token: "1", agent, verdict: "accepted" });
    expectRefused(world.try({ author: "root", files: review("root") }), "RV1", "not-a-reviewer");
    expectAccepted(world.try({ author: "ant-2", files: review("ant-2") }));
    expectAccepted(world.commit({ author: "judge", files: review("judge") }));
    expect(world.task(id).attempts.at(-1)!.review).toMatchObject({ by: "judge", accepted: true });
  });

  test("[RV2] what is reviewed is the finished attempt, and once", () => {
    const { world, id } = claimed();
    const review = (token: string, verdict = "rejected") => {
      world.pass(1_000);
      return {
        author: "root",
        files: world.record("review", { task: id, token, agent: "root", verdict }),
      };
    };
    expectRefused(world.try(review("1")), "RV2", "not-open");
    expectDeclined(
      world.run("root", { type: "review", task: id, accept: true }),
      "RV2",
      "not-open",
    );
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    expectRefused(world.try(review("2")), "RV2", "not-open");
    expectAccepted(world.commit(review("1")));
    expectRefused(world.try(review("1", "accepted")), "RV2", "not-open");
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    expectRan(world.run("ant-2", { type: "finish", task: id, outcome: "done" }));
    expectRefused(world.try(review("1", "accepted")), "RV2", "not-open");
    expectAccepted(world.commit(review("2", "accepted")));
    expectRefused(world.try(review("2")), "RV2", "not-open");
  });

  test("[RV3] nobody reviews their own work", () => {
    const { world } = claimed();
    const id = world.add("work", { reviewer: "ant-2" }, "ant-1");
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    const review = (agent: string) =>
      world.record("review", { task: id, token: "1", agent, verdict: "accepted" });
    expectTwins(world, {
      rule: "RV3",
      code: "not-a-reviewer",
      illegal: { author: "ant-1", files: review("ant-1") },
      legal: { author: "ant-2", files: review("ant-2") },
    });
  });
});
