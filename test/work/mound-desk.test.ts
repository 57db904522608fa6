import { expect, test } from "vitest";
import { ok } from "../../src/base/result.ts";
import type { Mound } from "../../src/open/mound.ts";
import { commitTime } from "../../src/protocol/commands/plan.ts";
import type { TaskId } from "../../src/protocol/ids.ts";
import { MoundDesk } from "../../src/work/mound-desk.ts";
import { memoryWorld, type MemoryClone } from "../support/memory-world.ts";

const DAY_MS = 24 * 3_600_000;
const NONE = { forNow: [], forGood: [] };

/** A desk at a mound in memory, with tasks; what it submits and how often is counted. */
async function desk(tasks: number, capacity?: number) {
  const world = memoryWorld(3);
  const founder = await world.found();
  const titles = Array.from({ length: tasks }, (_, n) => ({ title: `task ${n}` }));
  await founder.run({ type: "add", tasks: titles });
  const clone = await (await world.clone("w-1")).join();
  if (capacity !== undefined)
    must(await clone.run({ type: "can", skills: ["git"], for: 4 * DAY_MS }));
  const batches: string[][] = [];
  const mound = {
    ports: clone.ports,
    line: clone.line,
    read: (reader: (view: unknown, now: number) => unknown) =>
      clone.read((view) => reader(view, commitTime({ view, now: clone.ports.clock.now() }))),
    submit: (_agent: string, commands: Parameters<MemoryClone["runAll"]>[0]) => {
      batches.push(commands.map(({ type }) => type));
      return clone.runAll(commands);
    },
    sync: () => clone.submitter.sync(),
    refresh: async () => ok(undefined),
  } as unknown as Mound;
  const made = new MoundDesk({
    mound,
    agent: clone.agent,
    describe: (_view, task) => task.title,
    capacity,
  });
  return { world, founder, clone, desk: made, batches };
}

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

test("takes several tasks by one push, none twice, and only as many as there are", async () => {
  const { desk: made, batches, clone } = await desk(5);
  const before = await clone.commits();
  const taken = must(await made.take(3, NONE));
  expect(new Set(taken.map(({ id }) => id)).size).toBe(3);
  expect(taken.every(({ token, story, title }) => token === 1 && story === title)).toBe(true);
  expect(batches).toEqual([["next", "next", "next"]]);
  expect(await clone.commits()).toBe(before + 3);
  expect(must(await made.take(3, NONE))).toHaveLength(2);
  expect(must(await made.take(3, NONE))).toEqual([]);
});

test("takes none of those that are left alone", async () => {
  const { desk: made, clone } = await desk(3);
  const [a, b, c] = (await clone.tasks()) as TaskId[];
  const taken = must(await made.take(3, { forNow: [a!], forGood: [b!] }));
  expect(taken.map(({ id }) => id)).toEqual([c]);
});

test("what is wanted while a push is under way goes with the next, together and in order", async () => {
  const { desk: made, batches, clone } = await desk(4);
  const taken = must(await made.take(4, NONE));
  batches.length = 0;
  const [first, ...others] = taken;
  const calls = [
    made.renew(first!),
    ...others.map((task) => made.finish(task, { outcome: "done", result: "x" }, { percent: 90 })),
  ];
  for (const outcome of await Promise.all(calls)) must(outcome);
  expect(batches.flat().toSorted()).toEqual([
    ...Array(3).fill("finish"),
    ...Array(4).fill("renew"),
  ]);
  expect(batches.length).toBeLessThanOrEqual(2);
  const done = await clone.read((view) => view.get(`task/${others[0]!.id}`));
  expect(done).toMatchObject({ progress: { percent: 90 }, attempts: [{ outcome: "done" }] });
});

test("one that is refused is refused alone", async () => {
  const { desk: made, founder } = await desk(2);
  const [gone, kept] = must(await made.take(2, NONE));
  await founder.run({ type: "cancel", task: gone!.id });
  const [lost, renewed] = await Promise.all([made.renew(gone!), made.renew(kept!)]);
  expect(lost).toMatchObject({ ok: false, error: { code: "fenced", status: "cancelled" } });
  expect(renewed.ok).toBe(true);
  expect(await made.ended(gone!)).toBeUndefined();
});

test("tells how its own holder ended a claim", async () => {
  const { desk: made, clone } = await desk(1);
  const [task] = must(await made.take(1, NONE));
  expect(await made.ended(task!)).toBeUndefined();
  must(await clone.run({ type: "finish", task: task!.id, outcome: "released" }));
  expect(await made.ended(task!)).toBe("released");
  expect(await made.finish(task!, { outcome: "done" })).toMatchObject({
    ok: false,
    error: { code: "fenced" },
  });
});

test("a claim whose answer was lost is adopted once the origin tells of it, and only then", async () => {
  const { desk: made, world, batches } = await desk(2);
  world.origin.mishaps.pushes.push("lose-reply");
  world.origin.mishaps.fetches.push("unreachable");
  expect(await made.take(1, NONE)).toMatchObject({ ok: false, error: { code: "outcome-unknown" } });
  world.origin.mishaps.fetches.push("unreachable");
  expect(await made.adopt()).toMatchObject({ ok: false, error: { code: "remote-unreachable" } });
  const [adopted, ...more] = must(await made.adopt());
  expect([adopted?.token, more]).toEqual([1, []]);
  expect(must(await made.adopt())).toEqual([]);
  must(await made.finish(adopted!, { outcome: "done" }));
  expect(batches.flat()).toEqual(["next", "finish"]);
});

test("a push that was cut before it landed leaves nothing to adopt", async () => {
  const { desk: made, world } = await desk(1);
  world.origin.mishaps.pushes.push("cut");
  world.origin.mishaps.fetches.push("unreachable");
  expect(await made.take(1, NONE)).toMatchObject({ ok: false, error: { code: "outcome-unknown" } });
  expect(must(await made.adopt())).toEqual([]);
  expect(must(await made.take(1, NONE))).toHaveLength(1);
  expect(must(await made.adopt())).toEqual([]);
});

test("a worker over a hundred short tasks says how loaded it is a few times, on pushes of its claims", async () => {
  const { desk: made, clone, batches, world } = await desk(100, 4);
  const start = clone.ports.clock.now();
  const declared = () =>
    clone.read((view) => view.get(`can/${clone.agent}`) as { load: number; until: number });
  const said: number[] = [];
  let last = await declared();
  const look = async (): Promise<void> => {
    const now = await declared();
    if (now !== last) said.push(now.load);
    last = now;
  };
  for (;;) {
    const taken = must(await made.take(4, NONE));
    if (taken.length === 0) break;
    await look();
    await world.clock.advance(60_000);
    await Promise.all(taken.map((task) => made.finish(task, { outcome: "done" })));
    await look();
  }
  // Twenty-five minutes of work: once when it begins, and then every ten minutes at most.
  expect(clone.ports.clock.now() - start).toBeGreaterThanOrEqual(25 * 60_000);
  expect(said[0]).toBe(4);
  expect(said.length).toBeGreaterThanOrEqual(2);
  expect(said.length).toBeLessThanOrEqual(3);
  // No push was made for it alone.
  expect(batches.every((batch) => batch.some((type) => type !== "keep-can"))).toBe(true);
  // When nothing is left to do, the next looks find it worth saying, once, and later that it would lapse.
  const before = await clone.commits();
  await world.clock.advance(10 * 60_000);
  await made.look(false, NONE);
  expect((await declared()).load).toBe(0);
  for (let looked = 0; looked < 5; looked += 1) {
    await world.clock.advance(10 * 60_000);
    await made.look(false, NONE);
  }
  expect((await clone.commits()) - before).toBeLessThanOrEqual(1);
  const { until } = await declared();
  await world.clock.advance(3 * DAY_MS);
  await made.look(false, NONE);
  expect((await declared()).until).toBeGreaterThan(until);
});

test("a worker that ends says that it is idle, once, where it had said otherwise", async () => {
  const { desk: made, clone } = await desk(4, 4);
  const taken = must(await made.take(4, NONE));
  await Promise.all(taken.map((task) => made.finish(task, { outcome: "done" })));
  const load = () => clone.read((view) => view.get(`can/${clone.agent}`)?.load);
  expect(await load()).toBe(4);
  await made.leave();
  expect(await load()).toBe(0);
  const commits = await clone.commits();
  await made.leave();
  expect(await clone.commits()).toBe(commits);
});

test("a worker whose broadcast is refused works on, and says no more", async () => {
  const { desk: made, founder, batches, world } = await desk(3, 4);
  must(await founder.run({ type: "configure", set: { key: "records_hour_max", value: "4" } }));
  // Joining and declaring were before the cap: a claim, and the broadcast is one too many later on.
  for (let round = 0; round < 3; round += 1) {
    await world.clock.advance(20 * 60_000);
    const [task] = must(await made.take(1, NONE));
    if (task !== undefined) await made.finish(task, { outcome: "done" });
  }
  expect(batches.flat()).toContain("keep-can");
  expect(batches.at(-1)).not.toContain("keep-can");
});
