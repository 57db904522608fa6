import { describe, expect, test } from "vitest";
import { COOL_MIN_MS } from "../../src/work/cool-down.ts";
import { LOOK_MAX_MS, LOOK_MIN_MS } from "../../src/work/worker.ts";
import { AWAY, FakeProgram, HOUR, MINUTE, SECOND, taskNamed, worker } from "./scene.ts";

describe("what it takes", () => {
  test("as many as may run, and another when one ends", async () => {
    const programs = [new FakeProgram(), new FakeProgram(), new FakeProgram()];
    const { advance, desk, run, said, stop } = worker(programs, { parallel: 2 });
    desk.open.push(taskNamed("a"), taskNamed("b"), taskNamed("c"));
    const working = run();
    await advance(0);
    expect([said(), desk.open.length]).toEqual([["claimed", "claimed"], 1]);
    programs[0]!.exit(0);
    await advance(0);
    expect(said()).toEqual(["claimed", "claimed", "done", "claimed"]);
    stop();
    for (const program of programs) program.exit(1);
    expect(await working).toMatchObject({ why: "stopped" });
    expect(desk.of("finish").map(({ ending }) => ending?.outcome)).toEqual([
      "done",
      "released",
      "released",
    ]);
  });

  test("it tends to what its agent has promised while it waits, and while there is no room for more", async () => {
    for (const busy of [false, true]) {
      const program = new FakeProgram();
      const { advance, desk, run, stop } = worker([program]);
      if (busy) desk.open.push(taskNamed());
      const working = run();
      await advance(0);
      for (let times = 0; times < 5; times += 1) {
        const before = desk.tended.length;
        await advance(1.25 * LOOK_MAX_MS);
        expect(desk.tended.length).toBeGreaterThan(before);
      }
      stop();
      program.exit(1);
      await working;
    }
  });

  test("what is due at a certain time it tends to then, and while that fails every other second", async () => {
    for (const busy of [false, true]) {
      const program = new FakeProgram();
      const { advance, desk, run, stop, timers } = worker([program]);
      if (busy) desk.open.push(taskNamed());
      const working = run();
      await advance(10 * LOOK_MAX_MS);
      desk.due = timers.now() + 2.5 * LOOK_MAX_MS;
      await advance(2.5 * LOOK_MAX_MS + 10 * LOOK_MIN_MS);
      const since = desk.tended.filter((at) => at >= desk.due!).map((at) => at - desk.due!);
      expect(since[0]).toBeLessThan(LOOK_MIN_MS);
      expect(since.map((at) => at - since[0]!)).toEqual(since.map((_, n) => n * LOOK_MIN_MS));
      expect(since.length).toBeGreaterThanOrEqual(10);
      stop();
      program.exit(1);
      await working;
    }
  });

  test("what was given back only after a cool-down, each time twice as long; what failed never again", async () => {
    const programs = [75, 75, 1].map(() => new FakeProgram());
    const { advance, desk, events, run, stop, start, timers } = worker(programs);
    const again = taskNamed("a");
    desk.open.push(again);
    const working = run();
    const times: number[] = [];
    for (const [index, code] of [75, 75, 1].entries()) {
      while (events.filter(({ type }) => type === "claimed").length <= index) await advance(100);
      times.push(timers.now() - start);
      desk.open.push(again);
      programs[index]!.exit(code);
      await advance(0);
    }
    expect(times[0]).toBeLessThanOrEqual(100);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(COOL_MIN_MS);
    expect(times[1]! - times[0]!).toBeLessThan(COOL_MIN_MS + LOOK_MAX_MS);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(2 * COOL_MIN_MS);
    await advance(24 * HOUR);
    expect(events.filter(({ type }) => type === "claimed")).toHaveLength(3);
    stop();
    await working;
  });
});

describe("where there is nothing", () => {
  test("it looks at once at first, then less and less often, with a spread", async () => {
    const { advance, desk, run, said, start, stop } = worker([]);
    const working = run();
    await advance(HOUR);
    const looks = [start, ...desk.looks];
    const gaps = looks.slice(1).map((at, index) => at - looks[index]!);
    expect(gaps[0]).toBeLessThan(2 * LOOK_MIN_MS);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(LOOK_MAX_MS * 1.25);
    expect(Math.min(...gaps.slice(10))).toBeGreaterThanOrEqual(LOOK_MAX_MS * 0.75);
    expect(new Set(gaps).size).toBeGreaterThan(50);
    expect(said()).toEqual(["waiting"]);
    stop();
    expect(await working).toMatchObject({ why: "stopped" });
  });

  test("until-empty: it waits while there is hope, for its own programs too, and then ends", async () => {
    const program = new FakeProgram();
    const { advance, desk, run, said } = worker([program], { mode: "until-empty", parallel: 2 });
    desk.open.push(taskNamed("a"));
    desk.hope = false;
    const working = run();
    await advance(HOUR);
    desk.hope = true;
    program.exit(0);
    await advance(HOUR);
    expect(said()).toEqual(["claimed", "done", "waiting"]);
    desk.hope = false;
    await advance(MINUTE);
    expect(await working).toEqual({
      why: "empty",
      last: expect.objectContaining({ outcome: "done" }),
    });
  });

  test("once: it ends at once", async () => {
    const { run } = worker([], { mode: "once" });
    expect(await run()).toEqual({ why: "nothing" });
  });
});

describe("what goes wrong", () => {
  test("while the origin is away it waits, and says so once", async () => {
    const program = new FakeProgram();
    const { advance, desk, run, said, stop } = worker([program]);
    desk.all = AWAY;
    const working = run();
    await advance(HOUR);
    expect(said()).toEqual(["trouble"]);
    expect(desk.looks.length + 1).toBeLessThan(200);
    desk.all = undefined;
    desk.open.push(taskNamed("a"));
    await advance(MINUTE);
    expect(said()).toEqual(["trouble", "claimed"]);
    program.exit(0);
    await advance(SECOND);
    stop();
    expect(await working).toMatchObject({ why: "stopped" });
  });

  test("a refusal that nothing will change ends it, and what runs may end first", async () => {
    const program = new FakeProgram();
    const { advance, desk, run } = worker([program], { parallel: 2 });
    desk.open.push(taskNamed("a"));
    const working = run();
    await advance(0);
    desk.all = { rule: "AG1", code: "agent-revoked", agent: "w-1", status: "revoked" };
    await advance(MINUTE);
    desk.all = undefined;
    program.exit(0);
    expect(await working).toMatchObject({
      why: "fault",
      fault: { code: "agent-revoked" },
      last: { outcome: "done" },
    });
  });

  test("a claim that was left unknown and is there is run; at the end it is given back", async () => {
    const program = new FakeProgram();
    const { advance, desk, run, said, stop } = worker([program]);
    desk.all = { code: "outcome-unknown", nonces: ["n"], detail: "cut" };
    const working = run();
    await advance(SECOND);
    desk.all = undefined;
    desk.adoptable.push(taskNamed("a"));
    await advance(MINUTE);
    expect(said()).toEqual(["trouble", "claimed"]);
    program.exit(0);
    await advance(0);
    desk.adoptable.push(taskNamed("b"));
    stop();
    await working;
    expect(said().filter((type) => type !== "stopping" && type !== "waiting")).toEqual([
      "trouble",
      "claimed",
      "done",
      "claimed",
      "released",
    ]);
  });

  test("a program that cannot be started ends it, its claim given back", async () => {
    const { desk, run } = worker([]);
    desk.open.push(taskNamed("a"), taskNamed("b"));
    expect(await run()).toMatchObject({ why: "fault", unstarted: "spawn ENOENT" });
    expect(desk.of("finish")).toHaveLength(1);
  });

  test("the end of a claim that could not be sent is its fault, and the task is not taken again", async () => {
    const program = new FakeProgram();
    const { advance, desk, run, stop } = worker([program]);
    desk.open.push(taskNamed("a"));
    desk.lease = MINUTE;
    const working = run();
    await advance(0);
    desk.all = AWAY;
    program.exit(0);
    await advance(HOUR);
    desk.all = undefined;
    desk.open.push(taskNamed("a"));
    await advance(HOUR);
    expect(desk.open).toHaveLength(1);
    stop();
    expect(await working).toMatchObject({ why: "stopped", fault: { code: "remote-unreachable" } });
  });
});
