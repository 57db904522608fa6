import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CheckpointCheck } from "../../src/app/checkpoints.ts";
import { readSnapshot, writeSnapshot } from "../../src/app/snapshot.ts";
import { sha256Hex } from "../../src/git/hash.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { memoryObjects } from "../../src/memory/objects.ts";
import type { GitObject } from "../../src/app/ports.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { fold } from "../../src/protocol/fold.ts";
import { decodeTree, encodeTree } from "../../src/protocol/objects.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { MemoryState } from "../../src/protocol/state.ts";
import { runs } from "../support/scale.ts";
import { World } from "../support/world.ts";
import { Yard } from "../support/yard.ts";
import { steps, type Step } from "../support/yard-steps.ts";

function play(taken: readonly Step[]): World {
  const yard = new Yard(() => {});
  for (const step of taken) yard.take(step);
  return yard.world;
}

function digestOf(state: MemoryState): string {
  return stateDigest(state.entries(), sha256Hex);
}

function store() {
  const objects = new Map<Oid, GitObject>();
  return { objects, ports: { objects: memoryObjects(objects), clock: virtualClock() } };
}

describe("in any random life of a mound", () => {
  test("a fold in one go is the fold in pieces, and from a snapshot at any commit: digests and verdicts", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(1_000), async (taken, pick) => {
        const { log } = play(taken);
        const whole = new MemoryState();
        const verdicts = log.map((facts) => fold(whole, facts));
        const cut = pick % (log.length + 1);
        const early = new MemoryState();
        for (const facts of log.slice(0, cut)) fold(early, facts);
        const { ports } = store();
        const { tree, digest } = await writeSnapshot(early.entries(), ports, sha256Hex);
        expect(digest).toBe(digestOf(early));
        const read = await readSnapshot(tree, ports.objects, sha256Hex);
        if (cut === 0) {
          expect(read).toEqual({ ok: false, error: "it is not there" });
          return;
        }
        if (!read.ok) throw new Error(read.error);
        expect(read.value.digest).toBe(digest);
        const late = new MemoryState(read.value.entries);
        for (const [at, facts] of log.slice(cut).entries()) {
          const verdict = fold(late, facts);
          const expected = verdicts[cut + at]!;
          expect(verdict.accepted || verdict.fault).toEqual(expected.accepted || expected.fault);
        }
        expect(digestOf(late)).toBe(digestOf(whole));
      }),
      runs(60),
    );
  });
});

describe("a snapshot", () => {
  test("shares with the one before it the shards that did not change", async () => {
    const world = World.found();
    for (let n = 0; n < 40; n += 1) world.add(`task ${n}`);
    const { objects, ports } = store();
    const first = await writeSnapshot(world.state.entries(), ports, sha256Hex);
    expect(first.fresh).toBe(first.shards);
    const held = objects.size;
    world.add("one more");
    const second = await writeSnapshot(world.state.entries(), ports, sha256Hex, first.tree);
    expect(second.fresh).toBeLessThan(8);
    expect(objects.size - held).toBe(second.fresh + 1);
    expect(await readSnapshot(second.tree, ports.objects, sha256Hex)).toMatchObject({
      ok: true,
      value: { digest: digestOf(world.state) },
    });
  });

  test("that lies has another digest, or cannot be read: whatever was done to it", async () => {
    const world = World.found();
    world.add("one");
    const { objects, ports } = store();
    const { tree, digest } = await writeSnapshot(world.state.entries(), ports, sha256Hex);
    const shards = decodeTree(objects.get(tree)!.bytes);
    const put = async (type: GitObject["type"], bytes: Uint8Array): Promise<Oid> => {
      const oid = ports.objects.name(type, bytes);
      await ports.objects.write([{ oid, type, bytes }]);
      return oid;
    };
    const root = shards.find(({ name }) => name === "root")!;
    const text = new TextDecoder().decode(objects.get(root.oid)!.bytes);
    const withRoot = async (changed: string): Promise<Oid> => {
      const oid = await put("blob", new TextEncoder().encode(changed));
      return put(
        "tree",
        encodeTree(shards.map((shard) => (shard === root ? { ...shard, oid } : shard))),
      );
    };
    const lies = [
      await withRoot(text.replace('"threshold":1', '"threshold":0')),
      await withRoot(`${text}nonce/0000000000000000 1\n`),
      await withRoot(`mound {}\n${text}`.replace(/^mound \{"(.|\n)*?\n/m, "")),
      await withRoot(text.split("\n").slice(1).join("\n")),
      await withRoot("not even a line"),
      await withRoot("\u0000"),
      await put("tree", encodeTree(shards.filter((shard) => shard !== root))),
      await put("tree", encodeTree([])),
      await put("blob", new TextEncoder().encode(text)),
      "1".repeat(40) as Oid,
    ];
    for (const lie of lies) {
      const read = await readSnapshot(lie, ports.objects, sha256Hex);
      expect(read.ok && read.value.digest === digest).toBe(false);
    }
    // What says the same in other words is the same state: a cache could not tell them apart.
    const respelled = await withRoot(`${text.split("\n").toReversed().join("\n")}\n`);
    expect(await readSnapshot(respelled, ports.objects, sha256Hex)).toMatchObject({
      ok: true,
      value: { digest },
    });
  });
});

describe("an audit of checkpoints", () => {
  /** A mound with checkpoints of its commits 2 and 4, of which the second is false. */
  function audited(): World {
    const world = World.found();
    world.agent("ant-1");
    const sign = (agent: string, digest = digestOf(world.state)) => {
      const { tip, commits } = world.state.get("line")!;
      world.must(agent, { type: "checkpoint", commit: tip, number: commits, digest });
    };
    sign("ant-1");
    world.add("one");
    sign("root", "ab".repeat(32));
    world.add("two");
    return world;
  }

  function look(world: World, cut: number, named = new Set(world.log.map(({ oid }) => oid))) {
    const state = new MemoryState();
    let check = new CheckpointCheck(named);
    for (const [at, facts] of world.log.entries()) {
      if (at === cut) check = new CheckpointCheck(named, JSON.parse(JSON.stringify(check.keep())));
      check.step({ facts, verdict: fold(state, facts) });
      if (check.wants(facts.oid)) check.note(facts.oid, digestOf(state));
    }
    return { found: check.lies, ...check.counts };
  }

  test("finds the false one, with what it says and what is so, in one go or in two", () => {
    const world = audited();
    const before = new MemoryState();
    for (const facts of world.log.slice(0, 4)) fold(before, facts);
    const expected = {
      agent: "root",
      commit: world.log[3]!.oid,
      number: 4,
      record: world.log[4]!.oid,
      time: world.log[4]!.commit!.committer.seconds * 1_000,
      said: "ab".repeat(32),
      found: digestOf(before),
    };
    expect(look(world, -1)).toEqual({ found: [expected], compared: 2, unknown: 0 });
    for (let cut = 1; cut < world.log.length; cut += 1)
      expect(look(world, cut).found).toEqual([expected]);
  });

  test("says nothing of true ones, nor of those whose commits it has not folded", () => {
    const world = audited();
    expect(look(world, -1, new Set())).toEqual({ found: [], compared: 0, unknown: 2 });
  });
});
