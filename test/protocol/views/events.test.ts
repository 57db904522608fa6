import { describe, expect, test } from "vitest";
import { judge } from "../../../src/protocol/judge.ts";
import { MemoryState } from "../../../src/protocol/state.ts";
import { formatInstant } from "../../../src/protocol/time.ts";
import { eventJson, matchesEvent, type MoundEvent } from "../../../src/protocol/views/event.ts";
import { eventsOf } from "../../../src/protocol/views/events.ts";
import { fingerprintOf, madeKey, plainFile } from "../../support/world-files.ts";
import { HOUR, MINUTE, World } from "../../support/world.ts";

/** The events of each commit of a world, each derived on the state before it. */
function told(world: World): readonly (readonly MoundEvent[])[] {
  const state = new MemoryState();
  return world.log.map((facts) => {
    const verdict = judge(state, facts);
    const events = eventsOf(state, facts, verdict);
    state.apply(verdict.delta);
    return events;
  });
}

function last(world: World): readonly MoundEvent[] {
  return told(world).at(-1)!;
}

describe("events of members and settings", () => {
  test("a founding commit founds the mound, and its root joins", () => {
    const world = World.found();
    const { oid } = world.log[0]!;
    const base = { commit: oid, time: world.now, actor: "root" };
    expect(last(world)).toEqual([
      { ...base, id: `${oid}.0`, type: "mound.founded" },
      {
        ...base,
        id: `${oid}.1`,
        type: "agent.joined",
        agent: "root",
        fingerprint: fingerprintOf(world.key("root")),
      },
    ]);
  });

  test("who joins with skills joins once; later the same record is a change", () => {
    const world = World.found();
    world.agent("ant-1", ["git"]);
    expect(last(world)).toMatchObject([{ type: "agent.joined", agent: "ant-1", actor: "ant-1" }]);
    world.must("ant-1", { type: "join", key: world.key("ant-1"), skills: ["css"] });
    expect(last(world)).toMatchObject([{ type: "agent.changed", agent: "ant-1" }]);
  });

  test("a new key, leaving, coming back and being thrown out are told apart", () => {
    const world = World.found();
    world.agent("ant-1");
    const key = madeKey("another");
    world.must("ant-1", { type: "rotate", key }, [key]);
    expect(last(world)).toMatchObject([
      { type: "agent.rotated", agent: "ant-1", fingerprint: fingerprintOf(key) },
    ]);
    world.keys.set("ant-1", key);
    world
      .pass(1_000)
      .must("ant-1", { type: "end-membership", agent: "ant-1", status: "withdrawn" });
    expect(last(world)).toMatchObject([{ type: "agent.left", agent: "ant-1", actor: "ant-1" }]);
    world.pass(1_000).must("ant-1", { type: "join", key });
    expect(last(world)).toMatchObject([{ type: "agent.joined", agent: "ant-1" }]);
    world.pass(1_000).must("root", { type: "end-membership", agent: "ant-1", status: "revoked" });
    expect(last(world)).toMatchObject([{ type: "agent.revoked", agent: "ant-1", actor: "root" }]);
  });

  test("settings and invitations", () => {
    const world = World.found({ membership: "invited" });
    world.pass(1_000).must("root", { type: "configure", set: { key: "claims_max", value: "3" } });
    expect(last(world)).toMatchObject([{ type: "mound.changed", actor: "root" }]);
    const fingerprint = fingerprintOf(madeKey("guest"));
    world.must("root", { type: "invite", fingerprint });
    expect(last(world)).toMatchObject([{ type: "agent.invited", actor: "root", fingerprint }]);
  });
});

describe("events of tasks", () => {
  function claimed(): { world: World; task: string } {
    const world = World.found();
    world.agent("ant-1");
    world.agent("ant-2");
    const task = world.add("Fix the login", { needs: [], priority: 3, review: "required" });
    world.must("ant-1", { type: "claim", task, lease: HOUR });
    return { world, task };
  }
  const about = { title: "Fix the login", priority: 3, needs: [] };

  test("a task is added with its deadline, and changed", () => {
    const world = World.found();
    const deadline = world.now + HOUR;
    const task = world.add("Fix the login", { deadline: formatInstant(deadline), needs: ["css"] });
    const [added] = last(world);
    expect(added).toMatchObject({ type: "task.added", task, needs: ["css"], until: deadline });
    world.pass(1_000).must("root", { type: "edit", task, changes: { title: "Mend it" } });
    expect(last(world)).toMatchObject([{ type: "task.changed", task, title: "Mend it" }]);
  });

  test("a claim, its renewal, and progress with the renewal that it brings", () => {
    const { world, task } = claimed();
    const holder = { task, agent: "ant-1", token: 1, actor: "ant-1", ...about };
    expect(last(world)).toMatchObject([
      { ...holder, type: "task.claimed", until: world.now + HOUR },
    ]);
    world.pass(MINUTE).must("ant-1", { type: "renew", task, lease: HOUR });
    expect(last(world)).toMatchObject([
      { ...holder, type: "claim.renewed", until: world.now + HOUR },
    ]);
    const progress = { percent: 40, note: "half way" };
    world.pass(MINUTE).must("ant-1", { type: "renew", task, lease: HOUR, progress });
    expect(last(world)).toMatchObject([
      { ...holder, type: "task.progress", percent: 40, text: "half way", until: world.now + HOUR },
    ]);
    expect(last(world)).toHaveLength(1);
  });

  test("taking over tells of the former holder first", () => {
    const { world, task } = claimed();
    const until = world.now + HOUR;
    world.pass(2 * HOUR).must("ant-2", { type: "claim", task, lease: HOUR });
    const { oid } = world.log.at(-1)!;
    expect(last(world)).toMatchObject([
      { id: `${oid}.0`, type: "claim.expired", agent: "ant-1", token: 1, until, actor: "ant-2" },
      { id: `${oid}.1`, type: "task.claimed", agent: "ant-2", token: 2, until: world.now + HOUR },
    ]);
  });

  test.each([
    ["done", { result: "it works", refs: ["https://example.com/1"] }, "it works"],
    ["failed", { reason: "no luck" }, "no luck"],
    ["released", {}, undefined],
  ] as const)("an attempt that ends as %s", (outcome, words, text) => {
    const { world, task } = claimed();
    world.must("ant-1", { type: "finish", task, outcome, ...words });
    const [event, ...others] = last(world);
    // The task asks for a review.
    const waits = { type: "review.waiting", task, agent: "ant-1", reviewers: ["root"] };
    expect(others).toMatchObject(outcome === "done" ? [waits] : []);
    expect(event).toMatchObject({ type: `task.${outcome}`, task, agent: "ant-1", token: 1 });
    expect(event?.text).toBe(text);
    expect(event?.refs).toEqual("refs" in words ? words.refs : undefined);
  });

  test("a review is about the worker, by the reviewer", () => {
    const { world, task } = claimed();
    world.must("ant-1", { type: "finish", task, outcome: "done" });
    world.must("root", { type: "review", task, accept: false, reason: "not yet" });
    const worker = { task, agent: "ant-1", token: 1, actor: "root" };
    expect(last(world)).toMatchObject([{ ...worker, type: "task.rejected", text: "not yet" }]);
    world.must("ant-1", { type: "claim", task, lease: HOUR });
    world.must("ant-1", { type: "finish", task, outcome: "done" });
    world.must("root", { type: "review", task, accept: true });
    expect(last(world)).toMatchObject([{ ...worker, token: 2, type: "task.accepted" }]);
  });

  test("cancelling a claimed task is one event, which names whose work it was", () => {
    const { world, task } = claimed();
    world.must("root", { type: "cancel", task, reason: "no need" });
    expect(last(world)).toMatchObject([
      { type: "task.cancelled", task, agent: "ant-1", token: 1, text: "no need", actor: "root" },
    ]);
    expect(last(world)).toHaveLength(1);
  });

  test("a refused commit is one event, and so is its repair, which names what it undoes", () => {
    const { world, task } = claimed();
    const path = `tasks/${task.slice(0, 2)}/${task}/task.yaml`;
    world.commit({ author: "ant-2", files: { [path]: plainFile("mine\n") } });
    const verdict = world.verdicts.at(-1)!;
    if (verdict.accepted) throw new Error("it was accepted");
    const { rule, code } = verdict.fault;
    expect(last(world)).toMatchObject([{ type: "change.refused", actor: "ant-2", rule, code }]);
    expect(last(world)).toHaveLength(1);
    const files = { [path]: world.accepted(path) };
    const message = `repair\n\nUndoes: ${world.tip}\nUndoes: nothing\nAgent: ant-2\n`;
    const refs = [world.tip];
    world.commit({ author: "ant-2", files, message });
    expect(world.verdicts.at(-1)?.accepted).toBe(true);
    expect(last(world)).toMatchObject([{ type: "change.repaired", actor: "ant-2", refs }]);
    expect(last(world)).toHaveLength(1);
  });

  test("what a root does to the files for people is no repair", () => {
    const world = World.found({ files: { "README.md": "hello\n" } });
    world.commit({ author: "root", files: { "README.md": plainFile("bye\n") } });
    expect(world.verdicts.at(-1)?.accepted).toBe(true);
    expect(last(world)).toEqual([]);
  });

  test("a refused commit of a hostile name has no actor", () => {
    const { world } = claimed();
    world.commit({ author: "\u001b[31mroot", files: { "notes.txt": plainFile("x\n") } });
    expect(last(world)).toMatchObject([{ type: "change.refused" }]);
    expect(last(world)[0]).not.toHaveProperty("actor");
  });
});

test("patterns match whole types, part by part", () => {
  expect(matchesEvent("task.*", "task.done")).toBe(true);
  expect(matchesEvent("*.refused", "change.refused")).toBe(true);
  expect(matchesEvent("*", "task.done")).toBe(true);
  expect(matchesEvent("task", "task.done")).toBe(false);
  expect(matchesEvent("task.don", "task.done")).toBe(false);
  expect(matchesEvent("*.*.*", "task.done")).toBe(false);
});

test("in JSON, times are RFC 3339 and only what is given stands there", () => {
  const world = World.found();
  const [event] = last(world);
  const json = { v: 1, id: event?.id, type: "mound.founded", commit: event?.commit, actor: "root" };
  const time = "2026-11-21T09:30:00.000Z";
  expect(eventJson(event!)).toEqual({ ...json, time });
  expect(eventJson({ ...event!, until: event!.time }, "here")).toEqual({
    ...json,
    time,
    until: time,
    cursor: "here",
  });
});

describe("events of tasks that waited", () => {
  function scene() {
    const world = World.found();
    world.agent("ant-1");
    const [a, b] = [world.add("a"), world.add("b", { review: "required" })];
    const finish = (task: string): World => {
      world.pass(1_000).must("ant-1", { type: "claim", task });
      world.pass(1_000).must("ant-1", { type: "finish", task, outcome: "done" });
      return world;
    };
    return { world, a, b, finish };
  }
  const types = (world: World): readonly string[] =>
    last(world).map(({ type, task }) => `${type} ${task ?? ""}`);

  test("the last thing that was waited for wakes them, each once, in order of id", () => {
    const { world, a, b, finish } = scene();
    const waiting = ["c", "d", "e"].map((title) => world.add(title, { after: [a, b] }));
    const one = world.add("one", { afterAny: [a, b] });
    finish(a);
    expect(types(world)).toEqual([`task.done ${a}`, `task.ready ${one}`]);
    expect(last(world)[1]).toMatchObject({ actor: "ant-1", title: "one", priority: 2, needs: [] });
    finish(b);
    // Done is not enough where a review is asked for.
    expect(types(world)).toEqual([`task.done ${b}`, `review.waiting ${b}`]);
    world.pass(1_000).must("root", { type: "review", task: b, accept: true });
    expect(types(world)).toEqual([
      `task.accepted ${b}`,
      ...waiting.toSorted().map((id) => `task.ready ${id}`),
    ]);
    expect(last(world).map(({ id }) => id.split(".")[1])).toEqual(["0", "1", "2", "3"]);
  });

  test("an edit wakes a task by taking the last one away, but not by less, nor one that is over", () => {
    const { world, a, b } = scene();
    const edit = (task: string, changes: Record<string, readonly string[]>): readonly string[] => {
      world.pass(1_000).must("root", { type: "edit", task, changes });
      return types(world);
    };
    const c = world.add("c", { after: [a, b] });
    expect(types(world)).toEqual([`task.added ${c}`]);
    expect(edit(c, { after: [a] })).toEqual([`task.changed ${c}`]);
    expect(edit(c, { after: [] })).toEqual([`task.changed ${c}`, `task.ready ${c}`]);
    expect(edit(c, { paths: ["src/**"] })).toEqual([`task.changed ${c}`]);
    expect(edit(c, { afterAny: [a, b] })).toEqual([`task.changed ${c}`]);
    world.pass(1_000).must("root", { type: "cancel", task: c });
    expect(types(world)).toEqual([`task.cancelled ${c}`]);
  });

  test("what a review sends back is waited for again; a task that is over is not woken", () => {
    const { world, a, finish } = scene();
    const [c, d] = [world.add("c", { after: [a] }), world.add("d", { after: [a] })];
    world.pass(1_000).must("root", { type: "cancel", task: d });
    finish(a);
    expect(types(world)).toEqual([`task.done ${a}`, `task.ready ${c}`]);
    world.pass(1_000).must("root", { type: "review", task: a, accept: false });
    expect(types(world)).toEqual([`task.rejected ${a}`]);
    finish(a);
    expect(types(world)).toEqual([`task.done ${a}`, `task.ready ${c}`]);
    // Accepting what counted already wakes nobody again.
    world.pass(1_000).must("root", { type: "review", task: a, accept: true });
    expect(types(world)).toEqual([`task.accepted ${a}`]);
  });
});
