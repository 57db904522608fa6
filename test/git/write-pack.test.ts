import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { changeTree, type Keep } from "../../src/app/tree.ts";
import type { GitObject } from "../../src/app/ports.ts";
import { hashObject } from "../../src/git/hash.ts";
import { gitObjects } from "../../src/git/objects.ts";
import { namePending } from "../../src/git/pending.ts";
import { gitRefs } from "../../src/git/refs.ts";
import { gitText } from "../../src/git/run.ts";
import { writePack } from "../../src/git/write-pack.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { commit, object } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { bareRepository } from "./scratch.ts";

describe("writePack", () => {
  test("the index is the one that git itself would make", async () => {
    const gitDir = await bareRepository();
    const { objects } = commit({ "a/b": "1", c: "2" }, [], "first");
    writePack(gitDir, [...objects, object("blob", new Uint8Array(70_000).fill(7))], true);
    const [pack] = packs(gitDir);
    await gitText(["index-pack", "-o", `${pack}.git-idx`, `${pack}.pack`], { gitDir });
    expect(readFileSync(`${pack}.idx`)).toEqual(readFileSync(`${pack}.git-idx`));
  });

  test("no repack takes a pack away before a ref leads to what is in it", async () => {
    const gitDir = await bareRepository();
    const { objects } = commit({ "a/b": "1" }, [], "first");
    const tip = objects.find(({ type }) => type === "commit")!.oid;
    writePack(gitDir, objects, false);
    await git(gitDir, "repack", "-a", "-d", "-q");
    expect(await git(gitDir, "cat-file", "-t", tip)).toBe("commit");
    const refs = gitRefs(gitDir);
    await namePending(gitDir, refs, tip);
    const files = readdirSync(join(gitDir, "objects", "pack"));
    expect(files.filter((name) => name.endsWith(".keep"))).toEqual([]);
    await git(gitDir, "repack", "-a", "-d", "-q");
    expect(await git(gitDir, "cat-file", "-t", tip)).toBe("commit");
  });

  test("a chain of patched trees is written as deltas, which git reads back whole", async () => {
    const gitDir = await bareRepository();
    const { trees, objects } = await chainOfTrees(120);
    writePack(gitDir, objects, false);
    const [pack] = packs(gitDir);
    const said = await gitText(["verify-pack", "-v", `${pack}.idx`], { gitDir });
    const depths = [...said.matchAll(/^[0-9a-f]{40} tree .* (\d+) [0-9a-f]{40}$/gm)].map(depthOf);
    expect(Math.max(...depths)).toBe(50);
    const whole = objects.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(readFileSync(`${pack}.pack`).length).toBeLessThan(whole / 4);
    const store = gitObjects({ gitDir });
    for (const { oid, bytes } of trees) {
      expect(await git(gitDir, "cat-file", "-t", oid)).toBe("tree");
      expect((await store.read(oid))?.bytes).toEqual(bytes);
    }
    await store.close();
    await gitText(["fsck", "--full", "--strict"], { gitDir });
  }, 120_000);

  test("a delta whose base is not in the pack is written whole", async () => {
    const gitDir = await bareRepository();
    const { trees, objects } = await chainOfTrees(3);
    const without = objects.filter(({ oid }) => oid !== trees[0]!.oid);
    writePack(gitDir, without, false);
    expect(await git(gitDir, "cat-file", "-t", trees[1]!.oid)).toBe("tree");
  });
});

/** The root of a folder of 300 tasks, changed again and again: each tree with a hint at the one before. */
async function chainOfTrees(length: number) {
  const kept = new Map<Oid, GitObject>();
  const keep: Keep = (type, bytes, like) => {
    const oid = hashObject(type, bytes);
    kept.set(oid, { oid, type, bytes, ...(like === undefined ? {} : { like }) });
    return oid;
  };
  const store = { read: async (oid: Oid) => kept.get(oid) };
  const blob = (text: string): Oid => keep("blob", Buffer.from(text));
  const first = Array.from({ length: 300 }, (_, at) => ({
    path: `tasks/${at}/task.yaml`,
    oid: blob(`task ${at}`),
  }));
  let { tree } = await changeTree(undefined, first, store, keep);
  const roots = [tree];
  for (let step = 1; step < length; step += 1) {
    const path = `tasks/${step}/task.yaml`;
    ({ tree } = await changeTree(tree, [{ path, oid: blob(`changed ${step}`) }], store, keep));
    roots.push(tree);
  }
  return { trees: roots.map((oid) => kept.get(oid)!), objects: [...kept.values()] };
}

function packs(gitDir: string): readonly string[] {
  const folder = join(gitDir, "objects", "pack");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".pack"))
    .map((name) => join(folder, name.slice(0, -".pack".length)));
}

function depthOf(match: RegExpMatchArray): number {
  return Number(match[1]);
}
