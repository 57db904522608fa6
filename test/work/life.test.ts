import { describe, expect, test } from "vitest";
import { FINISH_PATIENCE_MS } from "../../src/work/finishing.ts";
import { live, PROGRESS_EVERY_MS, RENEW_EARLIEST, RENEW_LATEST } from "../../src/work/life.ts";
import { AWAY, FakeProgram, fenced, HOUR, MINUTE, scene, SECOND } from "./scene.ts";

describe("renewals", () => {
  test("come between 40 and 50 hundredths of the lease, again and again", async () => {
    const { advance, desk, options, program, start, task } = scene();
    const life = live(task, options);
    await advance(10 * HOUR);
    const times = [start, ...desk.of("renew").map(({ at }) => at)];
    const shares = times.slice(1).map((at, index) => (at - times[index]!) / HOUR);
    expect(shares.length).toBeGreaterThan(18);
    for (const share of shares) {
      expect(share).toBeGreaterThanOrEqual(RENEW_EARLIEST);
      // The progress file is looked at each second, and a renewal is never later than that.
      expect(share).toBeLessThanOrEqual(RENEW_LATEST + 0.001);
    }
    expect(new Set(shares.map((share) => share.toFixed(4))).size).toBeGreaterThan(10);
    program.exit(0);
    expect(await life).toMatchObject({ outcome: "done" });
    expect(program.disposed).toBe(true);
  });

  test("that fail are tried again until the lease is over and after, and end no work", async () => {
    const { advance, desk, events, options, program, said, start, task } = scene();
    const life = live(task, options);
    desk.all = AWAY;
    await advance(59 * MINUTE);
    const before = desk.of("renew").length;
    expect(before).toBeGreaterThan(30);
    expect(said()).toEqual(["claimed", "trouble"]);
    await advance(30 * MINUTE);
    expect(said()).toEqual(["claimed", "trouble", "lapsed"]);
    expect(desk.of("renew").length).toBeGreaterThan(before + 30);
    // The last try before the end comes close to it.
    const tries = desk.of("renew").map(({ at }) => at - start);
    expect(Math.max(...tries.filter((at) => at < HOUR))).toBeGreaterThan(HOUR - 30 * SECOND);
    desk.all = undefined;
    await advance(MINUTE);
    const renewed = desk.of("renew").length;
    await advance(20 * MINUTE);
    expect(desk.of("renew")).toHaveLength(renewed);
    expect(program.signals).toEqual([]);
    program.exit(0, { result: { text: "fixed" } });
    expect(await life).toMatchObject({ outcome: "done" });
    expect(events.at(-1)).toMatchObject({ type: "done", result: "fixed" });
  });

  test("that are fenced: SIGTERM, SIGKILL after the grace, and the result in a file", async () => {
    const { advance, desk, events, options, program, task } = scene();
    const life = live(task, options);
    desk.renewals.push(fenced(task));
    while (program.signals.length === 0) await advance(SECOND);
    expect(program.signals).toEqual(["SIGTERM"]);
    await advance(8 * SECOND);
    expect(program.signals).toEqual(["SIGTERM"]);
    await advance(2 * SECOND);
    expect(program.signals).toEqual(["SIGTERM", "SIGKILL"]);
    expect(await life).toMatchObject({ outcome: "lost", fault: { code: "fenced" } });
    expect(events.at(-1)).toMatchObject({ type: "lost", file: "/kept" });
    expect(desk.of("finish")).toEqual([]);
  });

  test("that are fenced because the program ended its claim: it is left to end", async () => {
    const { advance, desk, options, program, said, task } = scene();
    const life = live(task, options);
    desk.renewals.push(fenced(task, "ant-1"));
    desk.own = "released";
    await advance(5 * HOUR);
    expect([program.signals, desk.of("renew").length]).toEqual([[], 1]);
    program.exit(1);
    expect(await life).toMatchObject({ outcome: "released" });
    expect(said()).toEqual(["claimed", "released"]);
    expect(desk.of("finish")).toEqual([]);
  });

  test("go on while a program takes its time to stop", async () => {
    const { advance, desk, options, program, stop, task } = scene();
    const life = live(task, { ...options, graceMs: 3 * HOUR });
    stop();
    await advance(2 * HOUR);
    expect(desk.of("renew").length).toBeGreaterThan(2);
    program.exit(0);
    expect(await life).toMatchObject({ outcome: "done" });
  });
});

describe("progress", () => {
  test("is recorded at once, and then at most once in so many seconds, folded", async () => {
    const { advance, desk, events, options, program, start, task } = scene();
    const life = live(task, options);
    for (let second = 0; second < 60; second += 1) {
      program.said = { percent: second, note: `${second}` };
      await advance(SECOND);
    }
    const records = desk.of("renew");
    const gaps = records.slice(1).map(({ at }, index) => at - records[index]!.at);
    expect(records[0]!.at - start).toBeLessThanOrEqual(2 * SECOND);
    expect(records.length).toBe(4);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(PROGRESS_EVERY_MS);
    expect(records[1]?.progress?.note?.split("; ").length).toBeGreaterThan(10);
    program.exit(0);
    await life;
    // What was not said yet goes with the end.
    expect(desk.of("finish")[0]?.progress).toMatchObject({ percent: 59 });
    expect(events.filter(({ type }) => type === "progress")).toHaveLength(5);
  });

  test("renews the claim, so that no other renewal is due", async () => {
    const { advance, desk, options, program, task } = scene();
    const life = live(task, options);
    for (let hour = 0; hour < 4; hour += 1) {
      program.said = { percent: hour };
      await advance(20 * MINUTE);
    }
    expect(desk.of("renew").every(({ progress }) => progress !== undefined)).toBe(true);
    program.exit(0);
    await life;
  });

  test("waits with the renewal while the origin is away, and is not lost", async () => {
    const { advance, desk, options, program, task } = scene();
    const life = live(task, options);
    desk.all = AWAY;
    program.said = { percent: 10, note: "begun" };
    await advance(5 * MINUTE);
    expect(desk.of("renew").length).toBeLessThan(25);
    program.said = { percent: 20 };
    desk.all = undefined;
    await advance(MINUTE);
    expect(desk.of("renew").at(-1)?.progress).toEqual({ percent: 20, note: "begun" });
    program.exit(0);
    await life;
  });
});

describe("the end of a claim", () => {
  test.each([
    [0, { complaint: "talk" }, { outcome: "done" }],
    [0, { result: { text: "x" }, refs: ["r"] }, { outcome: "done", result: "x", refs: ["r"] }],
    [75, {}, { outcome: "released", reason: "exit code 75" }],
    [1, { complaint: "no access" }, { outcome: "failed", reason: "no access\n(exit code 1)" }],
    [{ kind: "signal", signal: "SIGSEGV" }, {}, { outcome: "failed", reason: "ended by SIGSEGV" }],
  ] as const)("after exit %j", async (exit, more, ending) => {
    const { desk, options, program, task } = scene();
    const life = live(task, options);
    program.exit(exit, more);
    expect(await life).toMatchObject({ outcome: ending.outcome });
    expect(desk.of("finish").map((call) => call.ending)).toEqual([ending]);
  });

  test("is tried again while the origin is away, longer and longer apart", async () => {
    const { advance, desk, options, program, said, task } = scene();
    const life = live(task, options);
    desk.all = AWAY;
    program.exit(0);
    await advance(30 * MINUTE);
    const tries = desk.of("finish").length;
    expect(tries).toBeGreaterThan(50);
    expect(tries).toBeLessThan(150);
    desk.all = undefined;
    await advance(MINUTE);
    expect(await life).toMatchObject({ outcome: "done" });
    expect(said()).toEqual(["claimed", "trouble", "done"]);
  });

  test("is given up when the lease is over, the result kept in a file", async () => {
    const { advance, desk, events, options, program, task } = scene();
    const life = live(task, options);
    desk.all = AWAY;
    program.exit(0, { result: { text: "fixed" } });
    await advance(HOUR + FINISH_PATIENCE_MS);
    expect(await life).toMatchObject({ outcome: "unsent", fault: { code: AWAY.code } });
    expect(events.at(-1)).toMatchObject({ type: "unsent", outcome: "done", file: "/kept" });
  });

  test("is given up soon where the worker is to stop, and at once where it is told twice", async () => {
    for (const twice of [false, true]) {
      const { advance, desk, insist, options, program, stop, task, timers, start } = scene();
      const life = live(task, options);
      desk.all = AWAY;
      program.exit(0);
      await advance(20 * MINUTE);
      stop();
      if (twice) insist();
      await advance(twice ? 0 : 11 * SECOND);
      expect(await life).toMatchObject({ outcome: "unsent" });
      expect(timers.now() - start).toBeLessThan(20 * MINUTE + 12 * SECOND);
    }
  });

  test("that is fenced: lost, and the result kept", async () => {
    const { desk, options, program, said, task } = scene();
    const life = live(task, options);
    desk.endings.push(fenced(task));
    program.exit(0, { result: { text: "fixed" } });
    expect(await life).toMatchObject({ outcome: "lost" });
    expect(said()).toEqual(["claimed", "lost"]);
  });

  test("with a result that is too large as a record is tried with half of it", async () => {
    const { desk, options, program, task } = scene();
    const life = live(task, options);
    const large = { rule: "RE1", code: "record-too-large", path: "x", size: 20_000 } as const;
    desk.endings.push(large, large);
    program.exit(0, { result: { text: "x".repeat(8_000) } });
    expect(await life).toMatchObject({ outcome: "done" });
    const lengths = desk
      .of("finish")
      .map(({ ending }) => (ending as { result: string }).result.length);
    expect(lengths).toEqual([8_000, 4_000, 2_000]);
  });
});

describe("told to stop", () => {
  test.each([
    [0, "done"],
    [75, "released"],
    [1, "released"],
  ] as const)("a program that ends with %i within the grace: %s", async (code, outcome) => {
    const program = new FakeProgram({ SIGTERM: { kind: "code", code } });
    const { desk, options, stop, task } = scene([program]);
    const life = live(task, options);
    await Promise.resolve();
    stop();
    expect(await life).toMatchObject({ outcome });
    expect(program.signals).toEqual(["SIGTERM"]);
    expect(desk.of("finish")).toHaveLength(1);
  });

  test("before the program runs: it is not started, and the claim is given back", async () => {
    const { options, program, said, stop, task } = scene();
    stop();
    expect(await live(task, options)).toMatchObject({ outcome: "released" });
    expect(said()).toEqual(["claimed", "released"]);
    expect(program.disposed).toBe(false);
  });

  test("twice: SIGKILL at once", async () => {
    const { advance, insist, options, program, stop, task } = scene();
    const life = live(task, options);
    await advance(SECOND);
    stop();
    insist();
    expect(await life).toMatchObject({ outcome: "released" });
    expect(program.signals).toEqual(["SIGTERM", "SIGKILL"]);
  });
});

test("a program that cannot be started gives its claim back, and says why", async () => {
  const { desk, options, task } = scene([]);
  expect(await live(task, options)).toMatchObject({
    outcome: "released",
    unstarted: "spawn ENOENT",
  });
  expect(desk.of("finish")[0]?.ending).toMatchObject({
    reason: "the program could not be started: spawn ENOENT",
  });
});
