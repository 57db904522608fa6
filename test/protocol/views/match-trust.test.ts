import { describe, expect, test } from "vitest";
import type { AgentId, TaskId } from "../../../src/protocol/ids.ts";
import { bestFor, choose } from "../../../src/protocol/views/match.ts";
import { explainChoice } from "../../../src/protocol/views/match/explained.ts";
import { fitOf, fitsOfTask } from "../../../src/protocol/views/match/fit.ts";
import { PROBATION, trustFactor } from "../../../src/protocol/views/match/worth.ts";
import { recentTrust } from "../../../src/protocol/views/recent-trust.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { HOUR, MINUTE, World } from "../../support/world.ts";

const NEW = "new" as AgentId;
const OLD = "old" as AgentId;

function mound(...more: readonly string[]): World {
  const world = World.found();
  for (const name of [NEW, OLD, ...more]) world.agent(name);
  return world;
}

/** The root has seen an agent do so many tasks. */
function prove(world: World, agent: string, tasks = 3): void {
  for (let n = 0; n < tasks; n += 1) {
    const task = world.add("proof", { review: "required" });
    world.must(agent, { type: "claim", task });
    world.must(agent, { type: "finish", task, outcome: "done" });
    world.must("root", { type: "review", task, accept: true });
  }
}

function trustIn(world: World, agent: AgentId, task: TaskId) {
  const fit = fitOf(world.state, agent, world.task(task), world.now);
  return { ...fit, trust: fit.factors.find(({ name }) => name === "trust")! };
}

/** How often each task is drawn, over minutes that give the agent other draws. */
function drawn(world: World, agent: AgentId, times: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let n = 0; n < times; n += 1) {
    const choice = choose(world.state, agent, world.now + n * MINUTE, { losses: 2 });
    if (choice.kind === "task") counts.set(choice.task.id, (counts.get(choice.task.id) ?? 0) + 1);
  }
  return counts;
}

describe("the factor of trust", () => {
  const valuable = { trust: 0, size: 5 };
  const of = (standing: number | undefined) => ({ score: 0, standing, known: true });

  test("rises with how far an agent is trusted, where a task is worth more than others", () => {
    const factors = [undefined, 0, 0.2, 0.5, 1].map((standing) =>
      trustFactor(of(standing), valuable, 4),
    );
    expect(factors).toEqual(factors.toSorted((a, b) => a - b));
    expect(new Set(factors).size).toBe(factors.length);
    expect(factors[0]).toBe(PROBATION);
  });

  test("is 1 where a task is worth no more than others, or nobody is known", () => {
    for (const standing of [undefined, 0.5]) {
      expect(trustFactor(of(standing), valuable, 5)).toBe(1);
      expect(trustFactor({ ...of(standing), known: false }, valuable, 4)).toBe(1);
    }
  });

  test("is 0 where a task asks for more trust than there is, whoever is known", () => {
    const asking = { trust: 400, size: 0 };
    expect(trustFactor({ score: 399, standing: 1, known: false }, asking, 0)).toBe(0);
    expect(trustFactor({ score: 400, standing: 1, known: false }, asking, 0)).toBe(1);
  });
});

describe("a choice by trust", () => {
  test("[CL15] a task that asks for more trust is not offered, and is to who has it", () => {
    const world = mound();
    prove(world, OLD);
    const delicate = world.add("delicate", { trust: "0.3" });
    expect(choose(world.state, NEW, world.now)).toEqual({ kind: "none" });
    expect(bestFor(world.state, OLD, world.now, 3).map(({ id }) => id)).toEqual([delicate]);
    expect(trustIn(world, NEW, delicate)).toMatchObject({
      own: 0,
      trust: { value: 0, note: "it asks for 0.3; a score of 0, a newcomer" },
    });
    expect(fitsOfTask(world.state, world.task(delicate), world.now).at(-1)).toMatchObject({
      agent: NEW,
    });
  });

  test("newcomers are drawn to what is worth little, and who is trusted to what is worth more", () => {
    const world = mound();
    prove(world, OLD);
    const plain = world.add("plain");
    const valuable = world.add("valuable", { value: 100 });
    const [few, many] = [drawn(world, NEW, 400), drawn(world, OLD, 400)];
    expect(few.get(valuable) ?? 0).toBeLessThan(80);
    expect(many.get(valuable)!).toBeGreaterThan(few.get(valuable) ?? 0);
    expect(many.get(valuable)!).toBeGreaterThan(many.get(plain) ?? 0);
    const explained = explainChoice(world.state, NEW, world.now, 4);
    const option = explained.options.find(({ task }) => task.id === valuable);
    expect(option?.factors.find(({ name }) => name === "trust")).toEqual({
      name: "trust",
      value: PROBATION,
      note: "worth 100, more than others; a score of 0, a newcomer",
    });
    // What is shown is what was drawn by.
    for (const [agent, counts] of [
      [NEW, few],
      [OLD, many],
    ] as const) {
      const [a, b] = [trustIn(world, agent, plain), trustIn(world, agent, valuable)];
      const share = b.weight / (a.weight + b.weight);
      expect(Math.abs((counts.get(valuable) ?? 0) / 400 - share)).toBeLessThan(0.1);
    }
  });

  test("while nobody is known, all draw as if nothing were worth more", () => {
    const world = mound();
    world.add("plain");
    const valuable = world.add("valuable", { value: 100 });
    const count = drawn(world, NEW, 400).get(valuable)!;
    expect(Math.abs(count - 200)).toBeLessThan(50);
    expect(trustIn(world, NEW, valuable).trust.value).toBe(1);
  });
});

describe("the probation of newcomers", () => {
  /** How many of a hundred turns an agent that steps back where it should is let through. */
  function turns(world: World, agent: AgentId): number {
    const state = new MemoryState(world.state.entries());
    const passes = Array.from({ length: 100 }, (_, n) =>
      choose(state, agent, world.now + n * 10_000, { yields: true }),
    );
    return passes.filter(({ kind }) => kind === "task").length;
  }

  function scene(known: number, tasks: number): World {
    const names = Array.from({ length: known }, (_, n) => `old-${n}`);
    const world = mound(...names);
    for (const name of names) prove(world, name, 1);
    prove(world, OLD, 1);
    for (let n = 0; n < tasks; n += 1) world.add(`task ${n}`);
    world.must(NEW, { type: "signal", topic: "here", mark: "need", strength: 1 });
    return world;
  }

  test("one turn in ten is theirs where others who are known could do all there is", () => {
    const world = scene(3, 2);
    const passed = turns(world, NEW);
    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(25);
    expect(turns(world, OLD)).toBe(100);
  });

  test("every turn is theirs where there is more than those can do, or nobody is known", () => {
    expect(turns(scene(3, 5), NEW)).toBe(100);
    const world = mound("ant-1", "ant-2");
    world.add("one");
    for (const name of [NEW, OLD, "ant-1", "ant-2"])
      world.must(name, { type: "signal", topic: "here", mark: "need", strength: 1 });
    expect(turns(world, NEW)).toBe(100);
  });

  test("every turn is theirs at what those who are known cannot do", () => {
    const world = scene(3, 0);
    world.agent("other", ["sh"]);
    world.must(NEW, { type: "can", skills: ["sh"] });
    world.add("special", { needs: ["sh"] });
    expect(turns(world, NEW)).toBe(100);
    for (const name of ["old-0", "old-1", OLD]) world.must(name, { type: "can", skills: ["sh"] });
    expect(turns(world, NEW)).toBeLessThan(25);
  });

  test("who is trusted as a task asks makes way for nobody who is not", () => {
    const names = Array.from({ length: 12 }, (_, n) => `idle-${n}`);
    const world = mound(...names);
    prove(world, OLD);
    for (const name of [OLD, ...names]) world.must(name, { type: "can", skills: ["sh"] });
    const plain = world.add("plain", { needs: ["sh"] });
    const delicate = world.add("delicate", { needs: ["sh"], trust: "0.3" });
    const state = new MemoryState(world.state.entries());
    const steps = (except: TaskId) =>
      Array.from({ length: 60 }, (_, n) => {
        const how = { yields: true, except: new Set([except]) };
        return choose(state, OLD, world.now + n * 10_000, how).kind;
      });
    expect(new Set(steps(delicate))).toEqual(new Set(["task", "yield"]));
    expect(new Set(steps(plain))).toEqual(new Set(["task"]));
  });

  test("who asks once is not kept waiting", () => {
    const world = scene(3, 2);
    expect(choose(world.state, NEW, world.now).kind).toBe("task");
  });
});

describe("recent trust", () => {
  test("sees each change in a small mound, and is kept while nothing changes", () => {
    const world = mound();
    const before = recentTrust(world.state, world.now);
    expect(before.known).toBe(false);
    expect(before.standing("root")).toBe(1);
    expect(recentTrust(world.state, world.now)).toBe(before);
    prove(world, OLD, 1);
    const after = recentTrust(world.state, world.now);
    expect(after.isKnown(OLD)).toBe(true);
    expect(after.of(OLD).score).toBeGreaterThan(0);
    expect(after.standing(NEW)).toBeUndefined();
    expect(after.of("nobody")).toEqual({ score: 0, confidence: 0 });
  });

  test("where there is much evidence a few changes are seen later, but within minutes", () => {
    const world = mound();
    prove(world, OLD, 1);
    const plant = (count: number) => world.state.apply(new Map([["trust", { count }]]));
    plant(6_400);
    const kept = recentTrust(world.state, world.now);
    plant(6_499);
    expect(recentTrust(world.state, world.now)).toBe(kept);
    plant(6_500);
    const next = recentTrust(world.state, world.now);
    expect(next).not.toBe(kept);
    plant(6_501);
    expect(recentTrust(world.state, world.now + MINUTE - 1)).toBe(next);
    expect(recentTrust(world.state, world.now + HOUR)).not.toBe(next);
  });
});
