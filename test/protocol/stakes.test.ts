import { describe, expect, test } from "vitest";
import type { AgentId } from "../../src/protocol/ids.ts";
import { creditOf, creditsOf, freeOf, stakeOf } from "../../src/protocol/rules/ledger.ts";
import { obstacles } from "../../src/protocol/rules/eligibility.ts";
import { choose } from "../../src/protocol/views/match.ts";
import { explainChoice } from "../../src/protocol/views/match/explained.ts";
import { claim } from "../support/claiming.ts";
import { expectAccepted, expectDeclined, expectRefused } from "../support/verdicts.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

const ANT = "ant-1" as AgentId;

/** Two agents with ten credits each, and a task that asks for a stake of seven. */
function staked(more: Parameters<World["add"]>[1] = {}) {
  const world = World.found();
  for (const to of ["ant-1", "ant-2"]) {
    world.agent(to);
    world.must("root", { type: "grant", to, amount: 10, reason: "a start" });
  }
  return { world, task: world.add("work", { stake: 7, ...more }) };
}

function purse(world: World, agent = "ant-1") {
  const { granted, lost, locked } = creditOf(world.state, agent);
  return { granted, lost, locked, free: freeOf(world.state, agent) };
}

const UNTOUCHED = { granted: 10, lost: 0, locked: 0, free: 10 };
const LOCKED = { granted: 10, lost: 0, locked: 7, free: 3 };

describe("the stake of a claim", () => {
  test("[CL18] [LE1] is locked by who takes the task, and needs that many credits free", () => {
    const { world, task } = staked();
    const dear = world.add("dear", { stake: 11 });
    const files = () => claim(world, dear, "ant-1", 1);
    expectRefused(world.try({ author: "ant-1", files: files() }), "CL18", "credits-short");
    expectDeclined(world.run("ant-1", { type: "claim", task: dear }), "CL18", "credits-short");
    world.must("ant-1", { type: "claim", task });
    expect(purse(world)).toEqual(LOCKED);
    expect(stakeOf(world.state, task, ANT)).toEqual({ amount: 7, why: "claim" });
    // What is locked is not free for the next.
    const next = world.add("next", { stake: 4 });
    expectDeclined(world.run("ant-1", { type: "claim", task: next }), "CL18", "credits-short");
    const short = obstacles(world.state, ANT, world.task(next), world.now);
    expect(short).toEqual([
      { rule: "CL18", code: "credits-short", agent: ANT, needed: 4, free: 3 },
    ]);
    world.must("root", { type: "grant", to: "ant-1", amount: 1, reason: "more" });
    world.must("ant-1", { type: "claim", task: next });
    expect(purse(world).free).toBe(0);
  });

  test("[CL18] a task without one is taken with no credits at all", () => {
    const { world } = staked();
    const task = world.add("free");
    world.agent("ant-3");
    world.must("ant-3", { type: "claim", task });
    world.must("ant-3", { type: "finish", task, outcome: "failed" });
    expect(world.state.get("credit/ant-3")).toBeUndefined();
  });

  test("[CL18] is not spent twice by two claims of one commit", () => {
    const { world, task } = staked();
    const other = world.add("other", { stake: 4 });
    const files = { ...claim(world, task, "ant-1", 1), ...claim(world, other, "ant-1", 1) };
    expectRefused(world.try({ author: "ant-1", files }), "CL18", "credits-short");
    const small = world.add("small", { stake: 3 });
    const both = { ...claim(world, task, "ant-1", 1), ...claim(world, small, "ant-1", 1) };
    expectAccepted(world.commit({ author: "ant-1", files: both }));
    expect(purse(world).free).toBe(0);
  });

  for (const outcome of ["done", "released"] as const)
    test(`[CL18] is returned when the task is ${outcome}, be it after a lapse`, () => {
      const { world, task } = staked();
      world.must("ant-1", { type: "claim", task, lease: MINUTE });
      world.pass(HOUR);
      expect(purse(world)).toEqual(LOCKED);
      world.must("ant-1", { type: "finish", task, outcome });
      expect(purse(world)).toEqual(UNTOUCHED);
      expect(world.state.get(`stake/${task}`)).toBeUndefined();
    });

  test("[CL18] is half forfeited, rounded up, by who has failed", () => {
    const { world, task } = staked();
    world.must("ant-1", { type: "claim", task });
    world.must("ant-1", { type: "finish", task, outcome: "failed" });
    expect(purse(world)).toEqual({ granted: 10, lost: 4, locked: 0, free: 6 });
    expect(creditsOf(world.state)).toEqual({ granted: 20, forfeited: 4 });
  });

  test("[CL18] is forfeited when a lapsed claim is taken over, and the next is locked", () => {
    const { world, task } = staked();
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    world.pass(HOUR);
    world.must("ant-2", { type: "claim", task });
    expect(purse(world)).toEqual({ granted: 10, lost: 7, locked: 0, free: 3 });
    expect(purse(world, "ant-2")).toEqual(LOCKED);
    expect(world.state.get(`stake/${task}`)).toEqual({ "ant-2": { amount: 7, why: "claim" } });
  });

  test("[CL18] stays with who renews a claim of its own, be it lapsed", () => {
    const { world, task } = staked();
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    world.must("ant-1", { type: "renew", task, lease: HOUR });
    expect(purse(world)).toEqual(LOCKED);
    world.pass(2 * HOUR);
    world.must("ant-1", { type: "renew", task, lease: HOUR });
    expect(purse(world)).toEqual(LOCKED);
    world.pass(2 * HOUR);
    world.must("ant-1", { type: "claim", task });
    expect(purse(world)).toEqual(LOCKED);
  });

  for (const outcome of ["released", "failed", "done"] as const)
    for (const renewed of [false, true])
      test(`[CL18] after the last lapse that the task allows is ${outcome === "done" ? "returned" : "forfeited"} by who says ${outcome}${renewed ? ", though it has renewed" : ""}`, () => {
        const { world, task } = staked({ attempts: 2 });
        world.must("ant-2", { type: "claim", task });
        world.must("ant-2", { type: "finish", task, outcome: "failed" });
        world.must("ant-1", { type: "claim", task, lease: MINUTE });
        world.pass(HOUR);
        expectDeclined(world.run("root", { type: "claim", task }), "CL1", "not-open");
        if (renewed) {
          world.must("ant-1", { type: "renew", task, lease: HOUR });
          expect(purse(world)).toEqual(LOCKED);
        }
        world.must("ant-1", { type: "finish", task, outcome });
        const forfeited = { granted: 10, lost: 7, locked: 0, free: 3 };
        expect(purse(world)).toEqual(outcome === "done" ? UNTOUCHED : forfeited);
      });

  test("[CL18] after the last lapse is returned by a cancellation while a renewed lease lasts", () => {
    const { world, task } = staked({ attempts: 1 });
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    world.pass(HOUR);
    world.must("ant-1", { type: "renew", task, lease: HOUR });
    world.must("root", { type: "cancel", task });
    expect(purse(world)).toEqual(UNTOUCHED);
  });

  test("[CL18] is forfeited by who takes over its own lapsed claim under a new token", () => {
    const { world, task } = staked({ stake: 5 });
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    world.pass(HOUR);
    const expired = { task, token: "1", agent: "ant-1", outcome: "expired" };
    const files = { ...claim(world, task, "ant-1", 2), ...world.record("attempt", expired) };
    expectAccepted(world.commit({ author: "ant-1", files }));
    expect(purse(world)).toEqual({ granted: 10, lost: 5, locked: 5, free: 0 });
  });

  test("[CL18] is returned by a cancellation, unless the claim had lapsed", () => {
    const { world, task } = staked();
    world.must("ant-1", { type: "claim", task });
    world.must("root", { type: "cancel", task });
    expect(purse(world)).toEqual(UNTOUCHED);
    const late = world.add("late", { stake: 3 });
    world.must("ant-1", { type: "claim", task: late, lease: MINUTE });
    world.pass(MINUTE);
    world.must("root", { type: "cancel", task: late });
    expect(purse(world)).toEqual({ granted: 10, lost: 3, locked: 0, free: 7 });
  });

  test("[CL18] is what was locked, whatever the task asks by then", () => {
    const { world, task } = staked({ attempts: 1 });
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    world.pass(HOUR);
    // The lapse was the last attempt: a task that has failed may be edited under its claim.
    world.must("root", { type: "edit", task, changes: { stake: 9 } });
    world.must("ant-1", { type: "renew", task, lease: HOUR });
    expect(purse(world)).toEqual(LOCKED);
    world.must("ant-1", { type: "finish", task, outcome: "done" });
    expect(purse(world)).toEqual(UNTOUCHED);
  });

  test("[TA5] does not change while the task is claimed", () => {
    const { world, task } = staked();
    world.must("root", { type: "edit", task, changes: { stake: 8 } });
    world.must("ant-1", { type: "claim", task });
    const more = world.run("root", { type: "edit", task, changes: { stake: 1 } });
    expectDeclined(more, "TA5", "edit-frozen");
  });

  test("is asked of agents with any name", () => {
    const { world, task } = staked();
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    world.agent("constructor");
    world.must("root", { type: "grant", to: "constructor", amount: 7, reason: "a start" });
    world.pass(HOUR);
    world.must("constructor", { type: "claim", task });
    expect(purse(world, "constructor").locked).toBe(7);
    expect(Object.keys(world.state.get(`stake/${task}`)!)).toEqual(["constructor"]);
  });

  test("is not offered to who cannot lock it", () => {
    const { world, task } = staked();
    const offered = (agent: string) => choose(world.state, agent as AgentId, world.now);
    expect(offered("ant-1")).toMatchObject({ kind: "task", task: { id: task } });
    world.agent("ant-3");
    expect(offered("ant-3").kind).toBe("none");
    expectDeclined(world.run("ant-3", { type: "next" }), "CL1", "nothing-to-take");
    const cheap = world.add("cheap");
    expect(offered("ant-3")).toMatchObject({ kind: "task", task: { id: cheap } });
    expect(explainChoice(world.state, "ant-3" as AgentId, world.now, 3).open).toBe(1);
    expect(explainChoice(world.state, ANT, world.now, 3).open).toBe(2);
  });

  test("is offered to who has locked it, however little else is free", () => {
    const { world, task } = staked();
    world.must("ant-1", { type: "claim", task, lease: MINUTE });
    world.must("ant-1", { type: "claim", task: world.add("dear", { stake: 3 }) });
    expect(purse(world).free).toBe(0);
    world.pass(MINUTE);
    expect(choose(world.state, ANT, world.now)).toMatchObject({ kind: "task", task: { id: task } });
  });
});
