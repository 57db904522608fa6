import { describe, expect, test } from "vitest";
import type { WireFields } from "../../src/protocol/encode.ts";
import { taskStatus } from "../../src/protocol/rules/task-status.ts";
import { attempt, claim, yard } from "../support/claiming.ts";
import {
  expectAccepted,
  expectDeclined,
  expectRan,
  expectRefused,
  expectTwins,
} from "../support/verdicts.ts";
import { HOUR, MINUTE, type World } from "../support/world.ts";

function statusOf(world: World, id: string): string {
  return taskStatus(world.state, world.task(id), world.now);
}

describe("claims", () => {
  test("[CL1] a task with a live claim is not taken", () => {
    const { world, id } = yard();
    expectAccepted(world.commit({ author: "ant-1", files: claim(world, id, "ant-1", 1) }));
    world.pass(1_000);
    const theft = claim(world, id, "ant-2", 2);
    expectRefused(world.try({ author: "ant-2", files: theft }), "CL1", "held");
    expectRefused(
      world.try({
        author: "ant-2",
        files: { ...theft, ...attempt(world, id, "ant-2", 1, "expired") },
      }),
      "AT1",
      "held",
    );
    expectDeclined(world.run("ant-2", { type: "claim", task: id }), "CL1", "held");
    expect(world.run("ant-1", { type: "claim", task: id })).toMatchObject({
      value: { answer: { already: true, token: 1 } },
    });
  });

  test("[CL1] a lapsed claim is taken over together with its expired attempt", () => {
    const { world, id } = yard();
    expectAccepted(world.commit({ author: "ant-1", files: claim(world, id, "ant-1", 1) }));
    world.pass(HOUR - 1_000);
    expectDeclined(world.run("ant-2", { type: "claim", task: id }), "CL1", "held");
    world.pass(1_000);
    expect(statusOf(world, id)).toBe("lapsed");
    const takeover = claim(world, id, "ant-2", 2);
    expectTwins(world, {
      rule: "CL1",
      code: "companion-missing",
      illegal: { author: "ant-2", files: takeover },
      legal: {
        author: "ant-2",
        files: { ...takeover, ...attempt(world, id, "ant-2", 1, "expired") },
      },
    });
    expect(world.task(id)).toMatchObject({
      token: 2,
      claim: { agent: "ant-2" },
      attempts: [{ agent: "ant-1", outcome: "expired" }],
    });
    expect(world.state.get("held/ant-1")).toEqual({});
  });

  test("[CL1] a task that is over is not taken", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    expectRan(world.run("ant-1", { type: "finish", task: id, outcome: "done" }));
    expectRefused(
      world.try({ author: "ant-2", files: claim(world, id, "ant-2", 2) }),
      "CL1",
      "not-open",
    );
    const cancelled = world.add("other");
    expectRan(world.run("root", { type: "cancel", task: cancelled }));
    expectDeclined(world.run("ant-2", { type: "claim", task: cancelled }), "CL1", "not-open");
    expectDeclined(world.run("ant-2", { type: "next" }), "CL1", "nothing-to-take");
  });

  test("[CL1] a task fails when its attempts are used up by different agents; releases do not count", () => {
    const { world } = yard();
    const id = world.add("hard", { attempts: 2 });
    const end = (agent: string, outcome: "failed" | "released") => {
      expectRan(world.run(agent, { type: "claim", task: id }));
      expectRan(world.run(agent, { type: "finish", task: id, outcome, reason: "hard" }));
    };
    end("ant-1", "failed");
    end("ant-1", "failed");
    end("ant-2", "released");
    end("ant-3", "released");
    expect(statusOf(world, id)).toBe("open");
    end("ant-2", "failed");
    expect(statusOf(world, id)).toBe("failed");
    expectDeclined(world.run("ant-3", { type: "claim", task: id }), "CL1", "not-open");
    expectRefused(
      world.try({ author: "ant-3", files: claim(world, id, "ant-3", 6) }),
      "CL1",
      "not-open",
    );
    world.pass(1_000);
    expectRan(world.run("root", { type: "edit", task: id, changes: { attempts: 3 } }));
    expectRan(world.run("ant-3", { type: "claim", task: id }));
  });

  test("[CL1] a lapse counts as its holder's failure to others, who then do not take over", () => {
    const { world } = yard();
    const id = world.add("once", { attempts: 1 });
    expectRan(world.run("ant-1", { type: "claim", task: id }));
    world.pass(2 * HOUR);
    expect(statusOf(world, id)).toBe("failed");
    const files = { ...claim(world, id, "ant-2", 2), ...attempt(world, id, "ant-2", 1, "expired") };
    expectRefused(world.try({ author: "ant-2", files }), "CL1", "not-open");
    // The holder itself goes on.
    expectRan(world.run("ant-1", { type: "renew", task: id }));
    expect(statusOf(world, id)).toBe("claimed");
  });

  test("[CL2] a renewal ends later, under the same token", () => {
    const { world, id } = yard();
    expectAccepted(world.commit({ author: "ant-1", files: claim(world, id, "ant-1", 1) }));
    world.pass(MINUTE);
    const renewal = (until: number) =>
      claim(world, id, "ant-1", 1, { lease: String(until - world.now) });
    const until = world.task(id).claim!.until;
    expectRefused(
      world.try({ author: "ant-1", files: renewal(until - 1) }),
      "CL2",
      "lease-invalid",
    );
    expectTwins(world, {
      rule: "CL2",
      code: "lease-invalid",
      illegal: { author: "ant-1", files: renewal(until) },
      legal: { author: "ant-1", files: renewal(until + 1) },
    });
    expect(world.task(id).claim).toMatchObject({
      token: 1,
      until: until + 1,
      since: world.now - MINUTE,
    });
  });

  test("[CL2] a lapsed claim is renewed as it would be taken: within the limit, and by a member", () => {
    const { world, id } = yard();
    expectRan(world.run("root", { type: "configure", set: { key: "claims_max", value: "1" } }));
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    world.pass(2 * HOUR);
    const other = world.add("other");
    expectRan(world.run("ant-1", { type: "claim", task: other, lease: HOUR }));
    expectRefused(
      world.try({ author: "ant-1", files: claim(world, id, "ant-1", 1) }),
      "CL11",
      "limit-reached",
    );
    expectDeclined(world.run("ant-1", { type: "renew", task: id }), "CL11", "limit-reached");
    expectRan(world.run("ant-1", { type: "finish", task: other, outcome: "done" }));
    expectAccepted(world.commit({ author: "ant-1", files: claim(world, id, "ant-1", 1) }));
  });

  test("[CL9] who takes a task has declared all that it needs, in date", () => {
    const { world } = yard("git");
    const id = world.add("work", { needs: ["git", "rust"] });
    const able = (more: WireFields) => {
      world.pass(1_000);
      expectAccepted(
        world.commit({
          author: "ant-1",
          files: world.record("capabilities", { agent: "ant-1", ...more }),
        }),
      );
      return world.try({ author: "ant-1", files: claim(world, id, "ant-1", 1) });
    };
    expectRefused(able({ skills: ["git"] }), "CL9", "skill-missing");
    const soon = (offset: number) => new Date(world.now + 1_000 + offset).toISOString();
    expectRefused(able({ skills: ["git", "rust"], until: soon(0) }), "CL9", "skill-missing");
    expectAccepted(able({ skills: ["git", "rust"], until: soon(1) }));
    expectAccepted(able({ skills: ["rust", "git", "sh"] }));
    expectDeclined(world.run("ant-2", { type: "claim", task: id }), "CL9", "skill-missing");
    expectDeclined(world.run("root", { type: "claim", task: id }), "CL9", "skill-missing");
  });

  test("[CL10] what a task waits for is done, and accepted where a review is required", () => {
    const { world, id } = yard();
    const reviewed = world.add("reviewed", { review: "required" });
    const last = world.add("last", { after: [id, reviewed] });
    const finish = (task: string) => {
      expectRan(world.run("ant-1", { type: "claim", task }));
      expectRan(world.run("ant-1", { type: "finish", task, outcome: "done" }));
    };
    const blocked = (...by: string[]) => {
      const verdict = world.try({ author: "ant-2", files: claim(world, last, "ant-2", 1) });
      expectRefused(verdict, "CL10", "blocked");
      expect(verdict.accepted ? undefined : verdict.fault).toMatchObject({ by });
    };
    blocked(id, reviewed);
    finish(id);
    finish(reviewed);
    blocked(reviewed);
    expectRan(world.run("root", { type: "review", task: reviewed, accept: false }));
    blocked(reviewed);
    finish(reviewed);
    expectRan(world.run("root", { type: "review", task: reviewed, accept: true }));
    expectAccepted(world.commit({ author: "ant-2", files: claim(world, last, "ant-2", 1) }));
  });

  test("[CL10] one of those in after_any is enough, by the same rule, and the refusal says which", () => {
    const { world, id } = yard();
    const reviewed = world.add("reviewed", { review: "required" });
    const first = world.add("first");
    const last = world.add("last", { after: [first], afterAny: [id, reviewed] });
    const finish = (task: string) => {
      expectRan(world.run("ant-1", { type: "claim", task }));
      expectRan(world.run("ant-1", { type: "finish", task, outcome: "done" }));
    };
    const blocked = (by: readonly string[], any?: readonly string[]) => {
      const verdict = world.try({ author: "ant-2", files: claim(world, last, "ant-2", 1) });
      expectRefused(verdict, "CL10", "blocked");
      const choice = any === undefined ? {} : { any };
      expect(verdict.accepted ? undefined : verdict.fault).toEqual({
        rule: "CL10",
        code: "blocked",
        task: last,
        by,
        ...choice,
      });
    };
    blocked([first, id, reviewed], [id, reviewed]);
    finish(first);
    blocked([id, reviewed], [id, reviewed]);
    finish(reviewed);
    blocked([id, reviewed], [id, reviewed]);
    expectRan(world.run("root", { type: "review", task: reviewed, accept: true }));
    expectAccepted(world.try({ author: "ant-2", files: claim(world, last, "ant-2", 1) }));
    // What is named in both ways is wanted in any case.
    const both = world.add("both", { after: [id], afterAny: [id, reviewed] });
    const verdict = world.try({ author: "ant-2", files: claim(world, both, "ant-2", 1) });
    expect(verdict).toMatchObject({ fault: { code: "blocked", by: [id] } });
  });

  test("[CL11] an agent's live claims stay within the mound's limit", () => {
    const { world, id } = yard();
    expectRan(world.run("root", { type: "configure", set: { key: "claims_max", value: "2" } }));
    const [b, c] = [world.add("b"), world.add("c")];
    expectRan(world.run("ant-1", { type: "claim", task: id, lease: HOUR }));
    const both = { ...claim(world, b, "ant-1", 1), ...claim(world, c, "ant-1", 1) };
    expectRefused(world.try({ author: "ant-1", files: both }), "CL11", "limit-reached");
    expectRan(world.run("ant-1", { type: "claim", task: b, lease: 2 * HOUR }));
    expectDeclined(world.run("ant-1", { type: "claim", task: c }), "CL11", "limit-reached");
    expectDeclined(world.run("ant-1", { type: "next" }), "CL1", "nothing-to-take");
    expectRan(world.run("ant-1", { type: "renew", task: b, lease: 3 * HOUR }));
    world.pass(HOUR);
    // The one that lapsed does not count.
    expectRan(world.run("ant-1", { type: "claim", task: c }));
  });

  test("[CL13] a lease has at least a second and at most the mound's maximum", () => {
    const { world, id } = yard();
    for (const lease of [999, 0, -HOUR, 8 * HOUR + 1]) {
      expectRefused(
        world.try({
          author: "ant-1",
          files: claim(world, id, "ant-1", 1, { lease: String(lease) }),
        }),
        "CL13",
        "lease-invalid",
      );
    }
    for (const lease of [1_000, 8 * HOUR]) {
      expectAccepted(
        world.try({
          author: "ant-1",
          files: claim(world, id, "ant-1", 1, { lease: String(lease) }),
        }),
      );
    }
    expectDeclined(
      world.run("ant-1", { type: "claim", task: id, lease: 9 * HOUR }),
      "CL13",
      "lease-invalid",
    );
  });
});
