import { describe, expect, test } from "vitest";
import { fold } from "../../src/protocol/fold.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { formatInstant } from "../../src/protocol/time.ts";
import { signalFile } from "../../src/protocol/topics.ts";
import { eventsOf } from "../../src/protocol/views/events.ts";
import { diffStates } from "../../src/protocol/views/state-diff.ts";
import { expectAccepted, expectDeclined, expectRefused, expectTwins } from "../support/verdicts.ts";
import type { Files } from "../support/world-files.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

const TOPIC = "path/src/Auth";

function grown(): World {
  const world = World.found();
  world.agent("ant-1");
  world.agent("ant-2");
  return world;
}

function said(world: World, fields: Readonly<Record<string, string>> = {}): Files {
  const sound = { topic: TOPIC, agent: "ant-1", mark: "need", strength: "5" };
  return world.record("signal", { ...sound, ...fields });
}

function signal(world: World, agent: string, more: object = {}): void {
  world.must(agent, { type: "signal", topic: TOPIC, mark: "need", strength: 5, ...more });
}

function left(world: World, topic = TOPIC) {
  return world.state.get(`signal/${topic}`);
}

describe("a signal", () => {
  test("[TA0] on a task is on one that exists", () => {
    const world = grown();
    const task = world.add("work");
    expectTwins(world, {
      rule: "TA0",
      code: "task-missing",
      illegal: { author: "ant-1", files: said(world, { topic: "task/0000000" }) },
      legal: { author: "ant-1", files: said(world, { topic: `task/${task}` }) },
    });
    const command = { type: "signal", mark: "need", strength: 5 } as const;
    expectDeclined(world.run("ant-1", { ...command, topic: "task/0000" }), "TA0", "task-missing");
  });

  test.each([
    { topic: "path/../x" },
    { topic: "path//etc" },
    { topic: "task" },
    { strength: "-1" },
    { strength: "11" },
    { strength: "Infinity" },
    { strength: "1e1" },
    { strength: "0.5" },
    { mark: "joy" },
    { half_life: "0s" },
    { half_life: "-2h" },
    { note: "x".repeat(301) },
  ] as Readonly<Record<string, string>>[])("[RE4] is not of %j", (bad) => {
    const world = grown();
    const [path] = Object.keys(said(world)) as [string];
    const files = said(world, bad);
    const [file] = Object.values(files);
    const verdict = world.try({ author: "ant-1", files: { [path]: file } });
    expectRefused(verdict, "RE4", "field-invalid");
  });

  test("[RE5] lies where its topic and its author say", () => {
    const world = grown();
    const [file] = Object.values(said(world));
    for (const path of [signalFile(TOPIC, "ant-2"), signalFile(TOPIC.toLowerCase(), "ant-1")])
      expectRefused(world.try({ author: "ant-1", files: { [path]: file } }), "RE5", "path-wrong");
  });

  test("[LN5] is its own author's, and so is its file", () => {
    const world = grown();
    signal(world, "ant-1");
    world.pass(MINUTE);
    const theirs = said(world);
    expectRefused(world.try({ author: "ant-2", files: theirs }), "LN5", "author-wrong");
    const gone = { [signalFile(TOPIC, "ant-1")]: undefined };
    for (const author of ["ant-1", "root"])
      expectRefused(world.try({ author, files: gone }), "PA3", "removal-illegal");
  });

  test("[SG1] fades by half in ten seconds at the least, and in thirty days at the most", () => {
    for (const [illegal, legal] of [
      ["9s", "10s"],
      ["30d1s", "30d"],
    ] as const) {
      const world = grown();
      expectTwins(world, {
        rule: "SG1",
        code: "field-invalid",
        illegal: { author: "ant-1", files: said(world, { half_life: illegal }) },
        legal: { author: "ant-1", files: said(world, { half_life: legal }) },
      });
    }
  });

  test("[SG2] is one of sixty in an hour of log time, each agent by itself", () => {
    const world = grown().pass(30 * MINUTE);
    for (let n = 0; n < 60; n++) signal(world.pass(1_000), "ant-1", { topic: `word-${n % 7}` });
    expect(world.state.get("signalled/ant-1")).toMatchObject({ count: 60 });
    world.pass(1_000);
    expectRefused(world.try({ author: "ant-1", files: said(world) }), "SG2", "cap-reached");
    const command = { type: "signal", topic: "word-1", mark: "need", strength: 0 } as const;
    expectDeclined(world.run("ant-1", command), "SG2", "cap-reached");
    signal(world, "ant-2");
    world.pass(HOUR);
    expectAccepted(world.commit({ author: "ant-1", files: said(world) }));
    expect(world.state.get("signalled/ant-1")).toMatchObject({ count: 1 });
  });

  test("[SG2] counts those of one commit too", () => {
    const world = grown();
    const many = (count: number): Files =>
      Object.assign(
        {},
        ...Array.from({ length: count }, (_, n) => said(world, { topic: `w${n}` })),
      );
    expectTwins(world, {
      rule: "SG2",
      code: "cap-reached",
      illegal: { author: "ant-1", files: many(61) },
      legal: { author: "ant-1", files: many(60) },
    });
  });

  test("[SG3] is added to what is left of the last one, and goes on with the new half-life", () => {
    const world = grown();
    signal(world, "ant-1", { strength: 4, note: "look" });
    signal(world.pass(6 * HOUR), "ant-1", { strength: 3, halfLife: HOUR });
    expect(left(world)).toEqual({
      "ant-1": { kind: "need", strength: 5, halfLife: HOUR, at: world.now, note: "look" },
    });
    signal(world.pass(HOUR), "ant-1", { strength: 9 });
    expect(left(world)).toMatchObject({ "ant-1": { strength: 10, halfLife: 6 * HOUR } });
    signal(world.pass(1_000), "ant-2", { strength: 1 });
    expect(left(world)).toMatchObject({ "ant-1": { strength: 10 }, "ant-2": { strength: 1 } });
  });

  test("[SG3] takes the place of one of another mark", () => {
    const world = grown();
    signal(world, "ant-1", { strength: 8, note: "look" });
    signal(world.pass(1_000), "ant-1", { mark: "warn", strength: 2 });
    expect(left(world)).toMatchObject({ "ant-1": { kind: "warn", strength: 2, note: undefined } });
  });

  test("[SG3] of strength 0 takes the last one back", () => {
    const world = grown();
    signal(world, "ant-1", { mark: "stuck" });
    signal(world.pass(1_000), "ant-2");
    const [path, file] = Object.entries(said(world.pass(1_000), { strength: "0" }))[0]!;
    expectAccepted(world.commit({ author: "ant-1", files: { [path]: file } }));
    expect(Object.keys(left(world)!)).toEqual(["ant-2"]);
    expect(
      world.must("ant-1", { type: "signal", topic: TOPIC, mark: "need", strength: 0 }),
    ).toEqual({ tasks: [], already: true });
    signal(world.pass(1_000), "ant-2", { strength: 0 });
    expect(left(world)).toBeUndefined();
    expect(world.accepted(signalFile(TOPIC, "ant-2"))!.bytes.toString()).not.toBe("");
  });

  test("[SG3] forgets those of others of which nothing is left", () => {
    const world = grown();
    signal(world, "ant-2", { mark: "heat" });
    signal(world.pass(HOUR), "ant-1");
    expect(Object.keys(left(world)!)).toEqual(["ant-1"]);
  });

  test("[SG4] is as old as its commit, whatever its author's clock says", () => {
    const world = grown();
    const at = formatInstant(world.now - 90_000);
    expectAccepted(world.commit({ author: "ant-1", files: said(world, { at }) }));
    expect(left(world)).toMatchObject({ "ant-1": { at: world.now } });
    world.pass(3 * MINUTE);
    const ahead = formatInstant(world.now + 90_000);
    expectAccepted(world.commit({ author: "ant-1", files: said(world, { at: ahead }) }));
    expect(left(world)).toMatchObject({ "ant-1": { at: world.now } });
    const beyond = formatInstant(world.now + 4 * MINUTE);
    const verdict = world.try({ author: "ant-1", files: said(world, { at: beyond }) });
    expectRefused(verdict, "LN3", "clock-skew");
  });
});

describe("what is typed for a topic", () => {
  const topics = (world: World, typed: string): readonly string[] => {
    signal(world, "ant-1", { topic: typed });
    return world.state.keys("signal/").map((key) => key.slice("signal/".length));
  };

  test("may be the beginning of a task's id, a path with ./ before or / after it, or a word", () => {
    for (const typed of ["", "task/"]) {
      const world = grown();
      const task = world.add("work");
      expect(topics(world, `${typed}${task.slice(0, 5)}`)).toEqual([`task/${task}`]);
    }
    expect(topics(grown(), "path/./src/Auth/")).toEqual([TOPIC]);
    expect(topics(grown(), "deploy")).toEqual(["deploy"]);
  });

  test("is a word for certain with word/ before it", () => {
    const world = grown();
    const word = world.add("work").slice(0, 4);
    expect(topics(world, `word/${word}`)).toEqual([word]);
  });

  test.each(["src/auth", "path/../x", "path/", "Deploy", "word/", "path/a b", "", "path"])(
    "and is refused where it is nothing: %j",
    (topic) => {
      const command = { type: "signal", topic, mark: "need", strength: 5 } as const;
      expectDeclined(grown().run("ant-1", command), "RE4", "topic-invalid");
    },
  );
});

describe("what others see of a signal", () => {
  test("is an event, with its task where it is on one", () => {
    const world = grown();
    const task = world.add("work");
    const told = (more: object) => {
      const before = new MemoryState(world.state.entries());
      signal(world.pass(1_000), "ant-1", { topic: task, ...more });
      const facts = world.log.at(-1)!;
      return eventsOf(before, facts, fold(new MemoryState(before.entries()), facts));
    };
    const about = { actor: "ant-1", agent: "ant-1", topic: `task/${task}`, task, title: "work" };
    expect(told({ mark: "stuck", strength: 4, note: "it hangs" })).toMatchObject([
      { type: "signal.deposited", ...about, mark: "stuck", strength: 4, text: "it hangs" },
    ]);
    expect(told({ strength: 0 })).toMatchObject([
      { type: "signal.withdrawn", ...about, mark: "stuck", strength: 0 },
    ]);
  });

  test("is a difference of two states, which fading is not", () => {
    const world = grown();
    const before = new MemoryState(world.state.entries());
    signal(world, "ant-1", { strength: 2, note: "it hangs" });
    const time = world.now;
    const after = { state: world.state, time };
    const words = `need 2 at ${formatInstant(time)}, by half in 6h: it hangs`;
    expect(diffStates({ state: before, time }, after).signals).toEqual([
      { id: TOPIC, what: "added", fields: [{ field: "ant-1", before: null, after: words }] },
    ]);
    expect(diffStates(after, { ...after, time: time + HOUR }).signals).toEqual([]);
  });
});
