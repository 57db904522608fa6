import { expect, test } from "vitest";
import { KeptBids } from "../../src/open/kept-bids.ts";
import type { TaskId } from "../../src/protocol/ids.ts";
import { sealOf } from "../../src/protocol/rules/auction.ts";
import { DAY_MS, desk, must, NONE } from "./mound-scene.ts";

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

/** An auction of the founder's on which a stranger has bid, and the worker's agent where it is told to. */
async function auctioned(bids: boolean) {
  const all = await desk(0);
  const { world, founder, clone, mound, commonDir } = all;
  const stranger = await (await world.clone("w-2")).join();
  const bidders = bids ? [clone, stranger] : [stranger];
  const grants = bidders.map(
    ({ agent }) => ({ type: "grant", to: agent, amount: 100, reason: "a start" }) as const,
  );
  const terms = { mode: "auction", bidsUntil: "10m", revealsUntil: "5m" } as const;
  const add = { type: "add", tasks: [{ title: "big", value: 100, ...terms }] } as const;
  for (const command of [...grants, add]) must(await founder.run(command));
  const [task] = (await founder.tasks()) as [TaskId];
  const kept = new KeptBids(commonDir);
  for (const bidder of bidders) {
    const sealed = { task, agent: bidder.agent, stake: 10, eta: 60_000, salt: "0".repeat(32) };
    const seal = sealOf({ mound: mound.id, ...sealed });
    // As though both had bid from this clone.
    await kept.keep({ ...sealed, seal });
    must(await bidder.submitter.sync());
    must(await bidder.run({ type: "bid", task, stake: 10, seal }));
  }
  const auction = async () => (await clone.read((view) => view.get(`auction/${task}`)))!;
  const minutes = (count: number) => world.clock.advance(count * 60_000);
  return { ...all, task, kept, stranger, minutes, auction };
}

test("reveals what its own agent has bid in its clone, once it is time, and forgets it then", async () => {
  const {
    desk: made,
    clone,
    task,
    kept,
    chores,
    stranger,
    minutes,
    auction,
  } = await auctioned(true);
  // When that is it says, and no more once it is done.
  const due = (await made.tend())!;
  expect(due / 60_000).toBeCloseTo(10, 1);
  expect(chores).toEqual([]);
  await minutes(due / 60_000);
  expect(await made.tend()).toBeUndefined();
  expect(await made.tend()).toBeUndefined();
  expect(chores).toEqual([`reveal ${task} done`]);
  const { bids } = await auction();
  expect(bids[clone.agent]!.salt).toBe("0".repeat(32));
  expect(bids[stranger.agent]!.salt).toBeUndefined();
  expect((await kept.all()).map(({ agent }) => agent)).toEqual([stranger.agent]);
});

test("reveals nothing while the origin is away, and the same when it is back", async () => {
  const { world, desk: made, task, chores, minutes } = await auctioned(true);
  await minutes(11);
  world.origin.mishaps.fetches.push("unreachable");
  await made.tend();
  expect(chores).toEqual([]);
  await made.tend();
  expect(chores).toEqual([`reveal ${task} done`]);
});

test("has a due award made when it looks for work, unless its own agent has bid", async () => {
  for (const bids of [false, true]) {
    const { desk: made, chores, minutes, task, auction } = await auctioned(bids);
    must(await made.look(true, NONE));
    await minutes(16);
    expect((await auction()).award).toBeUndefined();
    // It leaves it to others for a look or two.
    for (let look = 0; look < 3; look += 1) must(await made.look(true, NONE));
    expect(chores).toEqual(bids ? [] : [`award ${task} done`]);
    expect((await auction()).award === undefined).toBe(bids);
  }
});
