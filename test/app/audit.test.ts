import fc from "fast-check";
import { expect, test } from "vitest";
import { auditLine } from "../../src/app/audit.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { TaskId } from "../../src/protocol/ids.ts";
import type { TaskState, Value } from "../../src/protocol/state.ts";
import { auditing, digestOf, report } from "../support/auditing.ts";
import { attempt, claim, yard } from "../support/claiming.ts";
import { longHistory } from "../support/long-history.ts";
import { runs } from "../support/scale.ts";
import { plainFile } from "../support/world-files.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

test("an honest line has no findings: what there was is counted, and the proof is of its state", async () => {
  const { world, id } = yard();
  world.must("ant-1", { type: "claim", task: id });
  world.pass(2 * HOUR).must("ant-2", { type: "claim", task: id });
  world.pass(MINUTE).must("ant-2", { type: "renew", task: id, progress: { percent: 50 } });
  world.pass(MINUTE).must("ant-2", { type: "finish", task: id, outcome: "done", result: "here" });
  const { tally, ownership, proof, ...found } = await report(auditing(world), world.tip!);
  expect(found).toMatchObject({
    tip: world.tip,
    accepted: world.tip,
    findings: [],
    line: [],
    more: { open: 0, repaired: 0 },
    deferred: undefined,
  });
  const commits = world.log.length;
  expect(tally).toEqual({
    commits,
    accepted: commits,
    refused: 0,
    agents: 4,
    tasks: 1,
    claims: 2,
    takeovers: 1,
    endings: { done: 1, expired: 1 },
    records: { agent: 4, attempt: 2, capabilities: 3, claim: 3, mound: 1, progress: 1, task: 1 },
    // Each commit has one, and each record of these.
    signatures: commits + 15,
    invalidSignatures: 0,
  });
  expect(ownership).toMatchObject({ owned: 1, claims: 2, standing: 0, faults: [], more: 0 });
  expect(ownership.intervals.get(id as TaskId)).toMatchObject([
    { token: 1, agent: "ant-1", from: commits - 3, to: commits - 2 },
    { token: 2, agent: "ant-2", from: commits - 2, to: commits },
  ]);
  expect(proof).toEqual({ digest: digestOf(world), commit: world.tip });
});

test("a refused commit is open while a path is astray, and repaired by the commit that puts the last right", async () => {
  const { world, id } = yard();
  world.must("ant-1", { type: "claim", task: id });
  const lock = `tasks/${id.slice(0, 2)}/${id}/claim.lock`;
  const good = { [lock]: world.accepted(lock), "README.md": world.accepted("README.md") };
  const tamper = { [lock]: plainFile("stolen\n"), "docs/x": plainFile("junk\n") };
  world.commit({ author: "ant-2", files: tamper });
  const forged = world.tip!;
  const ports = auditing(world);
  expect((await report(ports, forged)).findings).toMatchObject([
    {
      commit: forged,
      author: "ant-2",
      number: world.log.length,
      paths: ["docs/x", lock],
      repaired: undefined,
    },
  ]);
  world.commit({ author: "ant-3", files: { [lock]: good[lock] } });
  const half = world.tip!;
  world.commit({ author: "ant-3", files: { "docs/x": undefined } });
  expect(world.verdicts.at(-1)).toMatchObject({ accepted: true });
  const later = auditing(world);
  expect((await report(later, half)).findings).toMatchObject([{ repaired: undefined }]);
  expect((await report(later, world.tip!)).findings).toMatchObject([{ repaired: world.tip }]);
});

test("what leaves nothing behind is repaired by itself; what git alone can hold waits to be taken away", async () => {
  const { world } = yard();
  world.commit({ author: "ant-1", files: {} });
  const empty = world.tip!;
  world.commit({ author: "ant-1", files: { "CON/x": plainFile("poison") } });
  const poison = world.tip!;
  const { findings } = await report(auditing(world), world.tip!);
  expect(findings).toMatchObject([
    { commit: empty, fault: { rule: "LN9" }, paths: [], repaired: empty },
    { commit: poison, fault: { rule: "PA1" }, paths: ["CON/x"], repaired: undefined },
  ]);
  world.commit({ author: "ant-2", files: { "CON/x": undefined } });
  expect((await report(auditing(world), world.tip!)).findings[1]).toMatchObject({
    repaired: world.tip,
  });
});

test("two commits that spoiled one path are repaired by one", async () => {
  const { world, id } = yard();
  const path = `tasks/${id.slice(0, 2)}/${id}/task.yaml`;
  const good = world.accepted(path);
  world.commit({ author: "ant-1", files: { [path]: plainFile("a\n") } });
  world.commit({ author: "ant-2", files: { [path]: undefined } });
  world.commit({ author: "ant-3", files: { [path]: good } });
  const { findings } = await report(auditing(world), world.tip!);
  expect(findings.map(({ repaired }) => repaired)).toEqual([world.tip, world.tip]);
});

test("a fault of a task is placed at that task's file in the commit", async () => {
  const { world, id } = yard();
  world.must("ant-1", { type: "claim", task: id });
  world.commit({
    author: "ant-2",
    files: { ...claim(world, id, "ant-2", 2), ...attempt(world, id, "ant-2", 1, "expired") },
  });
  const { findings } = await report(auditing(world), world.tip!);
  expect(findings[0]).toMatchObject({ fault: { code: "held" }, path: expect.stringContaining(id) });
});

test("going on from what was kept gives what an audit from the first commit gives", async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 4 }),
    async (seed, cuts) => {
      const world = longHistory(150, seed);
      const commits = world.log.map(({ oid }) => oid);
      const { resumed: none, ...cold } = await report(auditing(world), world.tip!);
      expect(none).toBeUndefined();
      const ports = auditing(world);
      let before;
      for (const cut of [...cuts.toSorted((a, b) => a - b), commits.length]) {
        const { resumed, ...found } = await report(ports, commits[cut - 1]!);
        expect(resumed).toBe(before);
        before = commits[cut - 1];
        if (cut === commits.length) expect({ ...found }).toEqual(cold);
      }
      expect(cold.proof.digest).toBe(digestOf(world));
      expect(cold.tally.refused).toBe(cold.findings.length);
      expect(cold.ownership.faults).toEqual([]);
      expect(cold.ownership.standing).toBe(
        [...world.state.entries()].filter(
          ([key, value]) => key.startsWith("task/") && hasClaim(value),
        ).length,
      );
      expect(cold.findings.some(({ repaired }) => repaired === undefined)).toBe(
        world.state.keys("astray/").length > 0,
      );
    },
  );
  await fc.assert(property, runs(3));
});

function hasClaim(value: Value): boolean {
  return (value as { claim?: unknown }).claim !== undefined;
}

test("what was kept and is damaged counts as none, whichever part it is", async () => {
  const { world, id } = yard();
  const tip = world.tip!;
  world.must("ant-1", { type: "claim", task: id });
  const cold = await report(auditing(world), world.tip!);
  const whole = auditing(world);
  await report(whole, tip);
  for (const text of ["", "{", whole.text!.replace('"commits"', '"commitz"')]) {
    const ports = {
      ...auditing(world, whole.cache),
      notes: { ...whole.notes, read: async () => text },
    };
    expect(await report(ports, world.tip!, { keep: false })).toEqual(cold);
  }
  const cache = memoryStateCache();
  const spoiled = auditing(world, {
    ...cache,
    async open() {
      const opened = await cache.open();
      return opened === undefined
        ? undefined
        : {
            ...opened,
            async load(shards) {
              const entries = [...(await opened.load(shards))];
              return entries.map(([key, value]) =>
                key.startsWith("task/")
                  ? [key, { ...(value as TaskState), token: 7 }]
                  : [key, value],
              );
            },
          };
    },
  });
  await report(spoiled, tip);
  expect(await report(spoiled, world.tip!)).toEqual(cold);
});

test("a state of another commit than what was gathered is not gone on from", async () => {
  const { world, id } = yard();
  const [tip, ports] = [world.tip!, auditing(world)];
  await report(ports, tip);
  const { text } = ports;
  world.must("ant-1", { type: "claim", task: id });
  const next = auditing(world, ports.cache);
  next.text = text;
  await report(next, world.tip!);
  next.text = text;
  expect((await report(next, world.tip!)).resumed).toBeUndefined();
});

test("commits ahead of the clock are told, not judged; when their time comes they are", async () => {
  const { world } = yard();
  const tip = world.tip!;
  world.pass(HOUR).add("tomorrow");
  const ports = auditing(world);
  const now = { value: world.now - HOUR };
  const early = { ...ports, clock: { ...ports.clock, now: () => now.value } };
  expect(await report(early, world.tip!)).toMatchObject({
    tip,
    asked: world.tip,
    deferred: { commit: world.tip, time: world.now },
  });
  now.value = world.now;
  expect(await report(early, world.tip!)).toMatchObject({ tip: world.tip, resumed: tip });
});

test("a branch that lost what was accepted is a finding, until it is back; a commit that was named is not", async () => {
  const { world, id } = yard();
  const before = world.tip!;
  world.must("ant-1", { type: "claim", task: id });
  const ports = auditing(world);
  await report(ports, world.tip!);
  const line = [{ code: "history-rewritten", verified: world.tip, found: before }];
  for (const _ of [1, 2]) expect(await report(ports, before)).toMatchObject({ line, tip: before });
  expect((await report(ports, before, { branch: false })).line).toEqual([]);
  expect(await report(auditing(world), before, { verified: world.tip! })).toMatchObject({ line });
});

test("refused commits at the end may be forced away, and then nothing of them is told", async () => {
  const { world } = yard();
  const good = world.tip!;
  world.commit({ author: "nobody", files: { "docs/x": plainFile("junk") } });
  const ports = auditing(world);
  expect((await report(ports, world.tip!)).findings).toHaveLength(1);
  expect(await report(ports, good)).toMatchObject({ line: [], findings: [], tip: good });
});

test("a history that begins in the middle, or founds no mound, is no line", async () => {
  const { world } = yard();
  const ports = auditing(world);
  const history = {
    ...ports.history,
    commits: (_: unknown, to: never, max: number) =>
      ports.history.commits(world.log[0]!.oid, to, max),
  };
  const request = { tip: world.tip!, url: "here", branch: true };
  expect(await auditLine({ ...ports, history }, request)).toEqual({
    ok: false,
    error: { code: "clone-shallow", commit: world.log[1]!.oid },
  });
  const other = World.empty();
  other.commit({ author: "pat", files: { "README.md": plainFile("code") } });
  expect(await auditLine(auditing(other), { ...request, tip: other.tip! })).toMatchObject({
    ok: false,
    error: { code: "not-a-mound", url: "here" },
  });
});
