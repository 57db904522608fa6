import { describe, expect, test } from "vitest";
import { MemoryState } from "../../../src/protocol/state.ts";
import { judge } from "../../../src/protocol/judge.ts";
import { AnomalyWatch } from "../../../src/protocol/views/anomalies.ts";
import { claim, yard } from "../../support/claiming.ts";
import { longHistory } from "../../support/long-history.ts";
import { expectAccepted, expectRan } from "../../support/verdicts.ts";
import { anomaliesOf, found } from "../../support/watching.ts";
import { HOUR, MINUTE, type World } from "../../support/world.ts";

function lockOf(id: string): string {
  return `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
}

describe("tasks that many want, and tasks that nobody takes", () => {
  test("five claims that came to nothing make a task hot; twin: four do not", () => {
    const { world, id } = yard();
    expectRan(world.run("ant-2", { type: "claim", task: id }));
    for (const time of [1, 2, 3, 4]) {
      world.pass(time * 1_000).commit({ author: "ant-1", files: claim(world, id, "ant-1", 2) });
      world.commit({ author: "root", files: { [lockOf(id)]: world.accepted(lockOf(id)) } });
    }
    expect(found(world, "hot")).toEqual([]);
    world.pass(1_000).commit({ author: "ant-3", files: claim(world, id, "ant-3", 2) });
    expect(found(world, "hot")).toMatchObject([
      { task: id, agent: undefined, facts: { claims: 5 } },
    ]);
  });

  /** One task waits for six hours while later ones of priority `other` are taken at once. */
  function passing(other: number): { world: World; waiting: string } {
    const { world, id: waiting } = yard();
    for (let turn = 0; turn < 12; turn += 1) {
      world.pass(30 * MINUTE);
      const task = world.add(`quick ${turn}`, { priority: other });
      world.pass(MINUTE);
      expectRan(world.run("ant-1", { type: "claim", task }));
      expectRan(world.run("ant-1", { type: "finish", task, outcome: "done" }));
    }
    return { world, waiting };
  }

  test("a task is starved while later ones, no more urgent, are taken", () => {
    const { world, waiting } = passing(2);
    expect(found(world, "starved")).toMatchObject([
      { task: waiting, facts: { median_ms: MINUTE, passed: 12, priority: 2 } },
    ]);
  });

  test("twin: it waits behind more urgent ones, or nobody takes anything", () => {
    expect(found(passing(4).world, "starved")).toEqual([]);
    const { world } = yard();
    for (let turn = 0; turn < 12; turn += 1) {
      const task = world.add(`quick ${turn}`);
      expectRan(world.pass(MINUTE).run("ant-1", { type: "claim", task }));
      expectRan(world.run("ant-1", { type: "finish", task, outcome: "done" }));
    }
    const alone = world.add("alone");
    const later = found(world, "starved", world.now + 100 * HOUR).map(({ task }) => task);
    expect(later).toHaveLength(1);
    expect(later).not.toContain(alone);
  });
});

describe("clocks", () => {
  /** Members commit in turn, ten seconds apart; each by a clock of its own. */
  function turns(offsets: Readonly<Record<string, number>>, clamps: boolean): World {
    const { world } = yard();
    let real = world.now + HOUR;
    const agents = Object.keys(offsets);
    for (let turn = 0; turn < 300; turn += 1) {
      real += 10_000;
      const often = agents.slice(1);
      // The first one comes now and then: who commits all the time sets the log time alone.
      const agent = turn % 20 === 0 ? agents[0]! : often[(turn * 7 + (turn >> 2)) % often.length]!;
      const clock = real + offsets[agent]!;
      const line = world.state.get("line")!.time;
      world.now = clamps ? Math.max(clock, line) : clock;
      const path = `agents/${agent}/capabilities.yaml`;
      const before = world.state.get(`file/${path}`)?.at ?? 0;
      if (world.now <= before) world.now = before + 1;
      const files = world.record("capabilities", {
        agent,
        skills: [`s${turn}`],
        load: "0",
        capacity: "1",
      });
      const time = Math.max(line, Math.floor(world.now / 1_000) * 1_000);
      expectAccepted(world.commit({ author: agent, files, time }));
    }
    return world;
  }

  test.each([
    ["ahead", 90_000, true],
    ["ahead", 90_000, false],
    ["behind", -90_000, false],
  ])("one that is %s is found, by about how much (%d ms)", (_where, offset, clamps) => {
    const world = turns({ "ant-1": offset, "ant-2": 0, "ant-3": 0, root: 0 }, clamps);
    const off = found(world, "clock-offset");
    expect(off.map(({ agent }) => agent)).toEqual(["ant-1"]);
    const { offset_ms: ms, spread_ms: spread } = off[0]!.facts as Record<string, number>;
    expect(Math.abs(ms! - offset)).toBeLessThanOrEqual(spread! + 10_000);
    expect(Math.sign(ms!)).toBe(Math.sign(offset));
  });

  test.each([true, false])("twin: clocks within some seconds are not worth a word", (clamps) => {
    const world = turns({ "ant-1": 3_000, "ant-2": -2_000, "ant-3": 500, root: 0 }, clamps);
    expect(anomaliesOf(world)).toEqual([]);
  });
});

describe("what a watch remembers", () => {
  test("is bounded, however long and busy the line", () => {
    const world = longHistory(1_500, 7);
    const sizes: number[] = [];
    const state = new MemoryState();
    const watch = new AnomalyWatch();
    for (const [at, facts] of world.log.entries()) {
      const verdict = judge(state, facts);
      watch.step(state, { facts, verdict });
      state.apply(verdict.delta);
      if (at % 500 === 499) sizes.push(JSON.stringify(watch.keep()).length);
    }
    // What is kept for each commit of the window, for each task and for each member.
    const { tasks, agents } = {
      tasks: state.keys("task/").length,
      agents: state.keys("agent/").length,
    };
    const bound = 64 * world.log.length + 4_000 * tasks + 6_000 * agents;
    expect(sizes).toHaveLength(3);
    for (const size of sizes) expect(size).toBeLessThan(bound);
  });
});
