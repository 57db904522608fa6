import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryState } from "../../../src/protocol/state.ts";
import { marksOn, type TaskMarks } from "../../../src/protocol/views/signals.ts";
import { standingSignals } from "../../../src/protocol/views/standing-signals.ts";
import { strengthAt } from "../../../src/protocol/rules/evaporation.ts";
import { HOUR, World } from "../../support/world.ts";
import { runs } from "../../support/scale.ts";

const NONE: TaskMarks = { need: 0, stuck: 0, heat: 0, warn: 0, trail: 0 };

/** All are roots, so that what each says counts fully. */
function grown(): World {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2", "ant-3"]) {
    world.agent(agent);
    world.must("root", { type: "configure", addRoot: agent });
  }
  return world;
}

function signal(world: World, topic: string, more: object = {}, agent = "ant-1"): void {
  world.must(agent, { type: "signal", topic, mark: "need", strength: 5, ...more });
}

function marks(world: World, id: string, now = world.now): TaskMarks {
  return marksOn(world.state, now).of(world.task(id));
}

describe("the marks of a task", () => {
  test("are the sum of what is left of each agent's, by kind", () => {
    const world = grown();
    const [task, other] = [world.add("one"), world.add("two")];
    expect(marks(world, task)).toEqual(NONE);
    signal(world, task, { strength: 4 });
    signal(world, task, { strength: 2 }, "ant-2");
    signal(world, task, { mark: "stuck", strength: 3 }, "ant-3");
    expect(marks(world, task)).toEqual({ ...NONE, need: 6, stuck: 3 });
    expect(marks(world, task, world.now + 6 * HOUR)).toMatchObject({ need: 3 });
    expect(marks(world, task, world.now + 12 * HOUR)).toEqual({ ...NONE, need: 1.5, stuck: 1.5 });
    expect(marks(world, task, world.now - HOUR)).toEqual({ ...NONE, need: 6, stuck: 3 });
    expect(marks(world, other)).toEqual(NONE);
  });

  test("are 20 of a kind at the most", () => {
    const world = grown();
    const task = world.add("one");
    for (const agent of ["ant-1", "ant-2", "ant-3"]) signal(world, task, { strength: 10 }, agent);
    expect(marks(world, task)).toEqual({ ...NONE, need: 20 });
  });

  test("count nothing of who is revoked, from that commit on", () => {
    const world = grown();
    const task = world.add("one");
    signal(world, task);
    signal(world, task, { strength: 2 }, "ant-2");
    expect(marks(world, task)).toMatchObject({ need: 7 });
    world.must("root", { type: "end-membership", agent: "ant-1", status: "revoked" });
    expect(marks(world, task)).toMatchObject({ need: 2 });
    expect(standingSignals(world.state, world.now).map(({ agent }) => agent)).toEqual(["ant-2"]);
  });

  test("spread by a fifth, one step: along `after` both ways, and between parent and part", () => {
    const world = grown();
    const first = world.add("first");
    const second = world.add("second", { after: [first] });
    const third = world.add("third", { after: [second] });
    const whole = world.add("whole");
    const part = world.add("part", { parent: whole });
    signal(world, second);
    signal(world, part, { mark: "stuck", strength: 10 });
    const need = [first, second, third, whole, part].map((id) => marks(world, id).need);
    expect(need).toEqual([1, 5, 1, 0, 0]);
    expect(marks(world, whole)).toEqual({ ...NONE, stuck: 2 });
    signal(world, whole, { mark: "warn", strength: 10 });
    expect(marks(world, part)).toEqual({ ...NONE, stuck: 10, warn: 2 });
    expect(marks(world, first).need).toBe(1);
  });

  test("follow a task whose dependencies change, without another signal", () => {
    const world = grown();
    const [first, second] = [world.add("first"), world.add("second")];
    signal(world, second);
    expect(marks(world, first)).toEqual(NONE);
    world.must("root", { type: "edit", task: second, changes: { after: [first] } });
    expect(marks(world, first)).toEqual({ ...NONE, need: 1 });
  });

  test("come by a fifth from the paths that the task touches, from each once", () => {
    const world = grown();
    const paths = (...globs: string[]) => world.add("work", { paths: globs });
    const auth = paths("src/auth/**", "src/auth/*.ts");
    const file = paths("src/auth/login.ts");
    const tests = paths("src/*.test.ts");
    const other = paths("docs/**");
    signal(world, "path/src/auth/login.ts", { strength: 10 });
    signal(world, "path/src", { mark: "heat", strength: 5 });
    expect(marks(world, auth)).toEqual({ ...NONE, need: 2, heat: 1 });
    expect(marks(world, file)).toEqual({ ...NONE, need: 2, heat: 1 });
    expect(marks(world, tests)).toEqual({ ...NONE, heat: 1 });
    expect(marks(world, other)).toEqual(NONE);
  });

  test("are found again for the same commit and time, and only for these", () => {
    const world = grown();
    const task = world.add("one");
    signal(world, task);
    const { state, now } = world;
    const found = marksOn(state, now);
    expect(marksOn(state, now)).toBe(found);
    expect(marksOn(new MemoryState(state.entries()), now)).toBe(found);
    expect(marksOn(state, now + 1_000)).not.toBe(found);
    const earlier = new MemoryState(state.entries());
    world.pass(1_000);
    signal(world, task, { strength: 1 }, "ant-2");
    expect(marks(world, task, now).need).toBe(6);
    expect(marksOn(earlier, now).of(world.task(task)).need).toBe(5);
  });

  test("of any deposits are what a plain sum over them says", () => {
    const deposit = fc.record({
      agent: fc.constantFrom("ant-1", "ant-2", "ant-3"),
      on: fc.nat(3),
      mark: fc.constantFrom("need", "stuck", "heat", "warn", "trail"),
      strength: fc.nat(10),
      passed: fc.nat(40_000),
    });
    fc.assert(
      fc.property(fc.array(deposit, { maxLength: 20 }), fc.nat(100_000), (deposits, later) => {
        const world = grown();
        const tasks = [0, 1, 2, 3].map((n) => world.add(`task ${n}`));
        for (const { agent, on, mark, strength, passed } of deposits)
          signal(world.pass(passed * 1_000), tasks[on]!, { mark, strength }, agent);
        const now = world.now + later * 1_000;
        for (const id of tasks) {
          const sum: Record<string, number> = { ...NONE };
          const entry = Object.entries(world.state.get(`signal/task/${id}`) ?? {});
          for (const [, one] of entry.toSorted(([a], [b]) => (a < b ? -1 : 1)))
            sum[one.kind]! += strengthAt(one, now);
          for (const kind of Object.keys(sum)) sum[kind] = Math.min(20, sum[kind]!);
          expect(marks(world, id, now)).toEqual(sum);
        }
      }),
      runs(20),
    );
  });
});

describe("what a signal counts for", () => {
  function crowd(count: number): World {
    const world = World.found();
    for (let n = 0; n < count; n += 1) world.agent(`new-${n}`);
    return world;
  }

  test("a crowd of newcomers has one voice for each mark, at half weight, and that is the strongest", () => {
    const world = crowd(40);
    const task = world.add("one");
    for (let n = 0; n < 40; n += 1) signal(world, task, { strength: 1 + (n % 8) }, `new-${n}`);
    expect(marks(world, task)).toEqual({ ...NONE, need: 4 });
    signal(world, task, { mark: "warn", strength: 2 }, "new-1");
    expect(marks(world, task)).toMatchObject({ need: 4, warn: 1 });
    const counted = standingSignals(world.state, world.now).filter(({ weight }) => weight > 0);
    expect(counted.map(({ agent, left, weight }) => [agent, left, weight])).toEqual([
      ["new-15", 8, 0.5],
      ["new-1", 2, 0.5],
    ]);
  });

  test("who is trusted adds to it, the more the more trusted; a root counts fully", () => {
    const world = crowd(3);
    const task = world.add("one");
    const before = weightOf(world, task, "new-0");
    expect(before).toBe(0.5);
    const weights = [1, 2, 4].map((tasks) => {
      for (let n = 0; n < tasks; n += 1) {
        const proof = world.add("proof", { review: "required" });
        world.must("new-0", { type: "claim", task: proof });
        world.must("new-0", { type: "finish", task: proof, outcome: "done" });
        world.must("root", { type: "review", task: proof, accept: true });
      }
      return weightOf(world, task, "new-0");
    });
    expect(weights).toEqual(weights.toSorted((a, b) => a - b));
    expect(weights[0]).toBeGreaterThan(0.5);
    signal(world, task, { strength: 2 }, "root");
    signal(world, task, { strength: 6 }, "new-1");
    const known = weights[2]! * world.state.get(`signal/task/${task}`)!["new-0"]!.strength;
    expect(marks(world, task).need).toBeCloseTo(2 + known + 3);
  });

  function weightOf(world: World, task: string, agent: string): number {
    signal(world, task, { strength: 1 }, agent);
    const found = standingSignals(world.state, world.now, `task/${task}`);
    return found.find((one) => one.agent === agent)!.weight;
  }

  test("a quarantined task is marked as stuck by nobody, and what lies beside it by a fifth of that", () => {
    const world = crowd(1);
    world.must("root", { type: "configure", set: { key: "quarantine", value: "1" } });
    const task = world.add("one");
    const later = world.add("later", { after: [task] });
    expect(marks(world, later)).toEqual(NONE);
    world.must("new-0", { type: "claim", task, lease: HOUR });
    world.pass(HOUR - 1_000);
    expect(marks(world, task)).toEqual(NONE);
    world.pass(1_000);
    expect(marks(world, task)).toEqual({ ...NONE, stuck: 5 });
    expect(marks(world, later)).toEqual({ ...NONE, stuck: 1 });
    expect(standingSignals(world.state, world.now)).toEqual([]);
    world.must("root", { type: "edit", task, changes: {} });
    expect(marks(world, task)).toEqual(NONE);
  });
});

describe("the signals that are left", () => {
  test("are listed the strongest first, of a topic and all below it", () => {
    const world = grown();
    const task = world.add("one");
    const listed = (topic?: string, now = world.now) =>
      standingSignals(world.state, now, topic).map(({ topic: on, agent }) => `${on} ${agent}`);
    signal(world, "path/src/auth", { strength: 2 });
    signal(world, "path/src/auth/login.ts", { strength: 9, mark: "heat" }, "ant-2");
    signal(world, "path/src/author", { strength: 4 });
    signal(world, task, { strength: 5, note: "soon" });
    signal(world, "deploy", { strength: 5 }, "ant-2");
    expect(listed()).toEqual([
      "path/src/auth/login.ts ant-2",
      "deploy ant-2",
      `task/${task} ant-1`,
      "path/src/author ant-1",
      "path/src/auth ant-1",
    ]);
    expect(listed("path/src/auth")).toEqual([
      "path/src/auth/login.ts ant-2",
      "path/src/auth ant-1",
    ]);
    expect(listed("path")).toHaveLength(3);
    expect(listed("task")).toEqual([`task/${task} ant-1`]);
    expect(listed("path/s")).toEqual([]);
    expect(listed("path/src/auth", world.now + HOUR)).toEqual(["path/src/auth ant-1"]);
    expect(standingSignals(world.state, world.now + 6 * HOUR, `task/${task}`)).toEqual([
      {
        topic: `task/${task}`,
        agent: "ant-1",
        left: 2.5,
        weight: 1,
        signal: {
          kind: "need",
          strength: 5,
          halfLife: 6 * HOUR,
          at: world.now,
          note: "soon",
        },
      },
    ]);
  });
});
