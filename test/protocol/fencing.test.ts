import { describe, expect, test } from "vitest";
import { taskStatus } from "../../src/protocol/rules/task-status.ts";
import { attempt, claim, yard } from "../support/claiming.ts";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import type { Files } from "../support/world-files.ts";
import { HOUR, MINUTE, type World } from "../support/world.ts";

function lockOf(id: string): string {
  return `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
}

function statusOf(world: World, id: string): string {
  return taskStatus(world.state, world.task(id), world.now);
}

describe("tokens", () => {
  test("[CL3] a finish is accepted after the lease lapsed, as long as nobody has taken over", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    world.pass(5 * HOUR);
    expect(statusOf(world, id)).toBe("lapsed");
    const files = () => ({ ...attempt(world, id, "ant-1", 1, "done"), [lockOf(id)]: undefined });
    expectAccepted(world.try({ author: "ant-1", files: files() }));
    expectRan(world.run("ant-2", { type: "claim", task: id, lease: HOUR }));
    world.pass(1_000);
    expectRefused(world.try({ author: "ant-1", files: files() }), "CL4", "fenced");
    expectDeclined(
      world.run("ant-1", { type: "finish", task: id, outcome: "done" }),
      "CL4",
      "fenced",
    );
    world.pass(5 * HOUR);
    expectRan(
      world.run("ant-2", {
        type: "finish",
        task: id,
        outcome: "done",
        result: "42",
        refs: ["main"],
      }),
    );
    expect(world.task(id).attempts.at(-1)).toMatchObject({
      agent: "ant-2",
      token: 2,
      outcome: "done",
      text: "42",
      refs: ["main"],
    });
  });

  test("[CL4] a write under any token but the current one is fenced", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    world.pass(2 * HOUR);
    expectRan(world.run("ant-2", { type: "claim", task: id, lease: HOUR }));
    world.pass(1_000);
    const lock = { [lockOf(id)]: undefined };
    const zombie: Files[] = [
      claim(world, id, "ant-1", 1),
      {
        ...claim(world, id, "ant-1", 1),
        ...world.record("progress", { task: id, token: "1", n: "1", agent: "ant-1" }),
      },
      { ...attempt(world, id, "ant-1", 1, "done"), ...lock },
      { ...attempt(world, id, "ant-1", 1, "released"), ...lock },
      { ...attempt(world, id, "ant-1", 1, "expired"), ...claim(world, id, "ant-1", 3) },
    ];
    for (const files of zombie)
      expectRefused(world.try({ author: "ant-1", files }), "CL4", "fenced");
    for (const outcome of ["done", "failed", "released"] as const) {
      expectDeclined(world.run("ant-1", { type: "finish", task: id, outcome }), "CL4", "fenced");
    }
    expectDeclined(world.run("ant-1", { type: "renew", task: id }), "CL4", "fenced");
    expectDeclined(
      world.run("ant-2", { type: "finish", task: id, outcome: "done", token: 1 }),
      "CL4",
      "fenced",
    );
    // Who never held the token learns who does.
    expectRefused(
      world.try({ author: "ant-3", files: { ...attempt(world, id, "ant-3", 2, "done"), ...lock } }),
      "CL4",
      "held",
    );
    expectRefused(
      world.try({ author: "ant-3", files: claim(world, id, "ant-3", 2) }),
      "CL4",
      "held",
    );
    expectAccepted(
      world.commit({
        author: "ant-2",
        files: { ...attempt(world, id, "ant-2", 2, "done"), ...lock },
      }),
    );
    expectRefused(
      world.try({ author: "ant-3", files: attempt(world, id, "ant-3", 3, "done") }),
      "CL4",
      "not-held",
    );
  });

  test("[CL4] an attempt is written once, and nobody else's is overwritten", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "failed", reason: "hard" }));
    world.pass(1_000);
    expectRefused(
      world.try({ author: "ant-1", files: attempt(world, id, "ant-1", 1, "done") }),
      "CL4",
      "fenced",
    );
    expectRefused(
      world.try({ author: "ant-2", files: attempt(world, id, "ant-2", 1, "done") }),
      "CL4",
      "not-held",
    );
    expectRefused(
      world.try({ author: "ant-2", files: attempt(world, id, "ant-2", 1, "expired") }),
      "CL4",
      "fenced",
    );
    expectRefused(
      world.try({ author: "root", files: attempt(world, id, "root", 1, "cancelled") }),
      "CL4",
      "fenced",
    );
    expect(world.run("ant-1", { type: "finish", task: id, outcome: "failed" })).toMatchObject({
      value: { answer: { already: true } },
    });
  });

  test("[CL5] progress renews its claim in the same commit", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    world.pass(MINUTE);
    const progress = world.record("progress", {
      task: id,
      token: "1",
      n: "1",
      agent: "ant-1",
      percent: "50",
    });
    expectTwins(world, {
      rule: "CL5",
      code: "companion-missing",
      illegal: { author: "ant-1", files: progress },
      legal: { author: "ant-1", files: { ...progress, ...claim(world, id, "ant-1", 1) } },
    });
    expect(world.task(id).claim!.until).toBe(world.now + HOUR);
  });

  test("[CL6] a lapse is a fact of log time: nobody has to write it down", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    const task = world.task(id);
    const at = (offset: number) => taskStatus(world.state, task, task.claim!.until + offset);
    expect([at(-1), at(0), at(1)]).toEqual(["claimed", "lapsed", "lapsed"]);
    world.pass(HOUR);
    expectRan(world.run("ant-2", { type: "next" }));
    expect(world.task(id)).toMatchObject({ token: 2, claim: { agent: "ant-2" } });
  });

  test("[CL12] a claim's token is one more than the task's last", () => {
    const { world, id } = yard();
    for (const token of [2, 3, 1_000_000]) {
      expectRefused(
        world.try({ author: "ant-1", files: claim(world, id, "ant-1", token) }),
        "CL12",
        "token-wrong",
      );
    }
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "released" }));
    for (const token of [1, 3]) {
      expectRefused(
        world.try({ author: "ant-1", files: claim(world, id, "ant-1", token) }),
        "CL12",
        "token-wrong",
      );
    }
    expectAccepted(world.commit({ author: "ant-1", files: claim(world, id, "ant-1", 2) }));
    world.pass(1_000);
    expectRefused(
      world.try({ author: "ant-1", files: claim(world, id, "ant-1", 3) }),
      "CL1",
      "held",
    );
  });
});
