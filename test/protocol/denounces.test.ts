import { describe, expect, test } from "vitest";
import type { AgentId, Oid, TaskId } from "../../src/protocol/ids.ts";
import { freeOf, grantCredits, lockStake } from "../../src/protocol/rules/ledger.ts";
import { Overlay } from "../../src/protocol/state.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { claim } from "../support/claiming.ts";
import { expectAccepted, expectDeclined, expectRan, expectRefused } from "../support/verdicts.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

function colony(): World {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2", "ant-3"]) world.agent(agent);
  return world;
}

/** A cheat by `agent`: it claims the task that ant-1 holds; answers the refused commit. */
function cheats(world: World, agent = "ant-2"): Oid {
  const task = world.add("work");
  world.must("ant-1", { type: "claim", task });
  world.pass(MINUTE);
  const files = claim(world, task, agent, 2);
  expectRefused(world.commit({ author: agent, files }), "CL1", "held");
  return world.tip!;
}

function locked(world: World, agent: string, amount: number): void {
  const state = new Overlay(world.state);
  grantCredits(state, agent as AgentId, amount);
  lockStake(state, `000000${amount}-x` as TaskId, agent as AgentId, amount, "claim");
  world.state.apply(state.delta);
}

function lost(world: World, agent: string): number {
  return world.state.get(`credit/${agent}`)?.lost ?? 0;
}

const against = (proof: string, more: object = {}) =>
  ({ type: "denounce", subject: "ant-2", proof, reason: "see for yourself", ...more }) as const;

describe("a denouncement", () => {
  test("[DN1] is of who has joined, and of somebody else", () => {
    const world = colony();
    const proof = world.tip!;
    const of = (subject: string) => ({ ...against(proof), subject });
    expectDeclined(world.run("ant-1", of("ghost")), "DN1", "denounce-wrong");
    expectDeclined(world.run("ant-1", of("ant-1")), "DN1", "denounce-wrong");
    world.must("ant-2", { type: "end-membership", agent: "ant-2", status: "withdrawn" });
    expectRan(world.run("ant-1", of("ant-2")));
  });

  test("[DN2] names a commit of the line", () => {
    const world = colony();
    expectDeclined(world.run("ant-1", against("0".repeat(40))), "DN2", "denounce-wrong");
    expectRan(world.run("ant-1", against(world.tip!)));
    expect(world.state.get("denounced/ant-2")!["ant-1"]!.proof).toBe(world.log.at(-2)!.oid);
  });

  test("[DN3] takes something by the word of two thirds of the roots, and of no fewer", () => {
    const world = colony();
    for (const [root, cosigner] of [
      ["ant-1", "root"],
      ["ant-3", "root"],
    ] as const)
      world.must(cosigner, { type: "configure", addRoot: root });
    world.pass(MINUTE);
    locked(world, "ant-2", 8);
    const half = against(world.tip!, { severity: "half" });
    expectDeclined(world.run("ant-1", half), "DN3", "signers-too-few");
    expect(lost(world, "ant-2")).toBe(0);
    world.must("ant-1", half, [world.key("ant-3")]);
    expect(lost(world, "ant-2")).toBe(4);
    expect(world.state.get("slashed/ant-2")).toMatchObject([{ quarters: 2 }]);
  });

  test("[DN3] whose word takes something need not be a root's own", () => {
    const world = colony();
    const whole = against(world.tip!, { severity: "whole" });
    expectDeclined(world.run("ant-1", whole), "DN3", "signers-too-few");
    world.must("ant-1", whole, [world.key("root")]);
    expect(world.state.get("slashed/ant-2")).toMatchObject([{ quarters: 4 }]);
  });

  test("[DN4] with a cheat of its subject for proof takes what the table says, once", () => {
    const world = colony();
    const proof = cheats(world);
    locked(world, "ant-2", 8);
    world.must("ant-1", against(proof));
    expect(lost(world, "ant-2")).toBe(2);
    world.must("ant-3", against(proof));
    expect(lost(world, "ant-2")).toBe(2);
    expect(world.state.get("slashed/ant-2")).toHaveLength(1);
    expect(Object.keys(world.state.get("denounced/ant-2")!)).toEqual(["ant-1", "ant-3"]);
    const again = against(proof, { severity: "whole" });
    expectDeclined(world.pass(MINUTE).run("root", again), "DN4", "denounce-wrong");
  });

  test("[DN4] with the cheat of another, or with no cheat, takes nothing", () => {
    const world = colony();
    const proof = cheats(world, "ant-3");
    locked(world, "ant-2", 8);
    world.must("ant-1", against(proof));
    world.pass(MINUTE).must("ant-1", against(world.log[1]!.oid));
    expect(lost(world, "ant-2")).toBe(0);
    expect(world.state.get("slashed/ant-2")).toBeUndefined();
  });

  test("[DN5] is taken back while it stands; what it took stays taken", () => {
    const world = colony();
    const back = { type: "undenounce", subject: "ant-2" } as const;
    expectDeclined(world.run("ant-1", back), "DN5", "denounce-missing");
    const proof = cheats(world);
    locked(world, "ant-2", 8);
    world.must("ant-1", against(proof));
    world.pass(MINUTE).must("ant-1", back);
    expect(world.state.get("denounced/ant-2")).toBeUndefined();
    expect(lost(world, "ant-2")).toBe(2);
    expectDeclined(world.pass(MINUTE).run("ant-1", back), "DN5", "denounce-missing");
    // The proof is used up, whatever became of the word.
    world.must("ant-3", against(proof));
    expect(lost(world, "ant-2")).toBe(2);
  });
});

describe("who vouched for a cheat", () => {
  test("[DN4] loses a quarter as large a share as the cheat itself", () => {
    const world = colony();
    for (const agent of ["root", "ant-1"])
      world.must(agent, { type: "vouch", subject: "ant-2", reason: "good work" });
    const proof = cheats(world);
    for (const agent of ["root", "ant-1", "ant-2", "ant-3"]) locked(world, agent, 32);
    world.must("ant-3", against(proof, {}));
    // A quarter of 32, and a quarter of that from each voucher.
    expect(["ant-2", "ant-1", "root", "ant-3"].map((agent) => lost(world, agent))).toEqual([
      8, 2, 2, 0,
    ]);
    expect(freeOf(world.state, "ant-1")).toBe(0);
  });

  test("[DN4] answers for it though it takes its word back, if it stood when the cheat was refused", () => {
    const world = colony();
    for (const agent of ["ant-1", "ant-3"])
      world.must(agent, { type: "vouch", subject: "ant-2", reason: "good work" });
    world.pass(MINUTE).must("ant-3", { type: "unvouch", subject: "ant-2" });
    const proof = cheats(world);
    expect(world.state.get(`cheat/${proof}`)!.vouchers).toEqual(["ant-1"]);
    world.pass(MINUTE).must("ant-1", { type: "unvouch", subject: "ant-2" });
    for (const agent of ["ant-1", "ant-3"]) locked(world, agent, 32);
    world.must("root", against(proof));
    expect([lost(world, "ant-1"), lost(world, "ant-3")]).toEqual([2, 0]);
  });

  test("[DN4] no one further up loses anything", () => {
    const world = colony();
    world.must("ant-1", { type: "vouch", subject: "ant-2", reason: "good work" });
    world.must("ant-3", { type: "vouch", subject: "ant-1", reason: "good work" });
    locked(world, "ant-3", 32);
    world.must("root", against(cheats(world)));
    expect(lost(world, "ant-3")).toBe(0);
  });
});

describe("a cheat", () => {
  const noted = (world: World) => world.state.get(`cheat/${world.tip!}`);

  test("[DN4] is the claim of what another holds, and not of what is free or one's own", () => {
    const world = colony();
    const task = world.add("work");
    const free = world.add("free");
    world.must("ant-1", { type: "claim", task });
    world.pass(MINUTE);
    world.must("ant-2", { type: "claim", task: free });
    expectRefused(
      world.commit({ author: "ant-1", files: claim(world, task, "ant-1", 2) }),
      "CL1",
      "held",
    );
    expect(noted(world)).toBeUndefined();
    expectRefused(
      world.commit({ author: "ant-2", files: claim(world, task, "ant-2", 2) }),
      "CL1",
      "held",
    );
    expect(noted(world)).toMatchObject({ agent: "ant-2", rule: "CL1", quarters: 1 });
  });

  test("[DN4] is to write over the lock of another, but not to finish for it", () => {
    const world = colony();
    const task = world.add("work");
    world.must("ant-1", { type: "claim", task });
    world.pass(MINUTE);
    const done = { task, token: "1", agent: "ant-2", outcome: "done" };
    const lock = `tasks/${task.slice(0, 2)}/${task}/claim.lock`;
    const finish = { ...world.record("attempt", done), [lock]: undefined };
    expectRefused(world.commit({ author: "ant-2", files: finish }), "CL4", "held");
    expect(noted(world)).toBeUndefined();
    expectRefused(
      world.commit({ author: "ant-2", files: claim(world, task, "ant-2", 1) }),
      "CL4",
      "held",
    );
    expect(noted(world)).toMatchObject({ agent: "ant-2", rule: "CL4" });
    // After the lease it is a mistake in the token, and no more.
    world.pass(9 * HOUR);
    expectRefused(
      world.commit({ author: "ant-3", files: claim(world, task, "ant-3", 1) }),
      "CL4",
      "held",
    );
    expect(noted(world)).toBeUndefined();
  });

  test("[DN4] is to end a live claim of another as expired", () => {
    const world = colony();
    const task = world.add("work");
    world.must("ant-1", { type: "claim", task });
    world.pass(MINUTE);
    const expired = { task, token: "1", agent: "ant-2", outcome: "expired" };
    const files = { ...world.record("attempt", expired), ...claim(world, task, "ant-2", 2) };
    expectRefused(world.commit({ author: "ant-2", files }), "AT1", "held");
    expect(noted(world)).toMatchObject({ agent: "ant-2", rule: "AT1", quarters: 1 });
  });

  test("[DN4] is to write in the name of a member that has not signed", () => {
    const world = colony();
    const task = world.add("work");
    const fields = { id: "aaaaaa1", creator: "ant-1", title: "a wish" };
    const forged = world.record("task", fields, { signers: [world.key("ant-2")] });
    expectRefused(world.commit({ author: "ant-2", files: forged }), "LN5", "author-wrong");
    expect(noted(world)).toMatchObject({ agent: "ant-2", rule: "LN5", quarters: 2 });
    // Its own record under the wrong name of the commit's author, as somebody with two keys may do it.
    const own = world.record("decline", {
      task,
      agent: "ant-1",
      until: formatInstant(world.now + HOUR),
    });
    expectRefused(world.commit({ author: "ant-2", files: own }), "LN5", "author-wrong");
    expect(noted(world)).toBeUndefined();
    // A name that nobody has is a slip of the pen.
    const ghost = world.record(
      "task",
      { ...fields, id: "aaaaaa2", creator: "ghost" },
      {
        signers: [world.key("ant-2")],
      },
    );
    expectRefused(world.commit({ author: "ant-2", files: ghost }), "LN5", "author-wrong");
    expect(noted(world)).toBeUndefined();
  });

  test("[DN4] is to make oneself a root, but not to change another setting", () => {
    const world = colony();
    const settings = (roots: readonly string[]) =>
      world.record(
        "mound",
        { protocol: "1", name: "x", membership: "open", roots, threshold: "1" },
        { by: "ant-2" },
      );
    world.pass(MINUTE);
    const root = `root ${world.key("root")}`;
    expectRefused(world.commit({ author: "ant-2", files: settings([root]) }), "MO3", "not-a-root");
    expect(noted(world)).toBeUndefined();
    const crowned = settings([root, `ant-2 ${world.key("ant-2")}`]);
    expectRefused(world.commit({ author: "ant-2", files: crowned }), "MO3", "not-a-root");
    expect(noted(world)).toMatchObject({ agent: "ant-2", rule: "MO3", quarters: 4 });
  });

  test("[DN4] is its author's own: nobody else's commit makes one of it, and no unsigned one", () => {
    const world = colony();
    const task = world.add("work");
    world.must("ant-1", { type: "claim", task });
    world.pass(MINUTE);
    const files = () => claim(world, task, "ant-2", 2);
    world.commit({ author: "ant-2", committer: "ant-3", files: files() });
    expect(noted(world)).toBeUndefined();
    for (const signature of ["none", { valid: false }, { key: world.key("ant-3") }] as const) {
      expectRefused(
        world.commit({ author: "ant-2", files: files(), signature }),
        "LN4",
        "commit-signature",
      );
      expect(noted(world)).toBeUndefined();
    }
    const renewed = claim(world, task, "ant-1", 1, { lease: `${2 * HOUR}` });
    expectAccepted(world.commit({ author: "ant-1", files: renewed }));
  });
});
