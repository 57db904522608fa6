import { expect, test } from "vitest";
import { buildCommit, treeOf } from "../../src/app/build.ts";
import { Line } from "../../src/app/line.ts";
import { Submitter } from "../../src/app/submit.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { memoryWorld, originTip, type MemoryClone } from "../support/memory-world.ts";

test("a clone that opens again goes on from its cache, and from nothing to the same state", async () => {
  const world = memoryWorld(20);
  const first = await world.found();
  for (let n = 0; n < 5; n++) await first.run({ type: "add", tasks: [{ title: `task ${n}` }] });
  const again = await Line.open(first.ports);
  expect(again.tip).toBe(first.line.tip);
  await again.state.load("all");
  const other = await world.clone("ant-9");
  expect((await other.submitter.sync()).ok).toBe(true);
  expect(new Map(again.state.entries())).toEqual(new Map(other.line.state.entries()));
});

test("a rewritten origin stops a reader, which keeps what it had", async () => {
  const world = memoryWorld(21);
  const first = await world.found();
  await first.run({ type: "add", tasks: [{ title: "one" }] });
  const behind = originTip(world);
  await first.run({ type: "add", tasks: [{ title: "two" }] });
  const tip = first.line.tip;
  world.origin.branches.set("main", behind);
  expect(await first.submitter.sync()).toMatchObject({
    ok: false,
    error: { code: "history-rewritten", verified: tip, found: behind },
  });
  expect(first.line.tip).toBe(tip);
  expect(await first.tasks()).toHaveLength(2);
});

test("refused commits at the end of the line may be forced away without an alarm", async () => {
  const world = memoryWorld(22);
  const first = await world.found();
  const second = await (await world.clone("ant-2")).join();
  await first.submitter.sync();
  const good = originTip(world);
  // A stranger who never joined commits as if it had.
  const stranger = await world.clone("ant-1");
  await stranger.submitter.sync();
  const forged = await forge(stranger, second.agent);
  world.origin.branches.set("main", forged);
  const report = await first.submitter.sync();
  expect(report).toMatchObject({
    ok: true,
    value: { tip: forged, folded: [{ verdict: { accepted: false } }] },
  });
  expect(await first.read((view) => view.get("refusals"))).toMatchObject([
    { commit: forged, author: "ant-2" },
  ]);
  world.origin.branches.set("main", good);
  expect(await first.submitter.sync()).toMatchObject({ ok: true, value: { tip: good } });
  expect(await first.read((view) => view.get("refusals"))).toBeUndefined();
});

test("a commit ahead of this clock waits, nothing is built on it, and it is taken when the time comes", async () => {
  const world = memoryWorld(23);
  const first = await world.found();
  const second = await (await world.clone("ant-2")).join();
  await first.submitter.sync();
  const real = first.ports.clock.now();
  const fast = { ...second.ports.clock, now: () => real + 600_000 };
  const line = await Line.open({ ...second.ports, clock: fast });
  const [landed] = await new Submitter(line, { ...second.ports, clock: fast }).submit([
    {
      agent: second.agent,
      signer: second.signer,
      command: { type: "add", tasks: [{ title: "from the future" }] },
    },
  ]);
  expect(landed).toMatchObject({ ok: true });
  const report = await first.submitter.sync();
  expect(report).toMatchObject({ ok: true, value: { deferred: { commit: originTip(world) } } });
  expect(await first.tasks()).toEqual([]);
  expect(await first.run({ type: "add", tasks: [{ title: "now" }] })).toMatchObject({
    ok: false,
    error: { code: "line-deferred" },
  });
  await world.clock.advance(600_000);
  expect(await first.run({ type: "add", tasks: [{ title: "now" }] })).toMatchObject({ ok: true });
  expect(await first.tasks()).toHaveLength(2);
});

/** Puts a commit at the origin that claims to be of somebody else. */
async function forge(clone: MemoryClone, author: string): Promise<Oid> {
  const { objects, clock } = clone.ports;
  const commit = clone.line.tip!;
  const tree = await treeOf(commit, objects);
  if (!tree.ok) throw new Error("no tree");
  const built = await buildCommit(
    {
      author: author as never,
      signer: clone.signer,
      decision: { message: "forged\n", seconds: Math.floor(clock.now() / 1_000) },
      files: [
        { path: "tasks/ab/abcdefg/task.yaml", bytes: new TextEncoder().encode("kind: task\n") },
      ],
      parent: { commit, tree: tree.value },
    },
    objects,
  );
  await objects.write(built.objects);
  await clone.ports.remote.push(built.raw.oid, commit);
  return built.raw.oid;
}
