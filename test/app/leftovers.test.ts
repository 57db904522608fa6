import { execFileSync } from "node:child_process";
import { onTestFinished, describe, expect, test } from "vitest";
import { buildCommit, treeOf } from "../../src/app/build.ts";
import { findLeftovers, implied } from "../../src/app/leftovers.ts";
import { diffStoredTrees } from "../../src/app/tree-diff.ts";
import type { Leftover } from "../../src/protocol/commands/plan.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { gitClone, git } from "../contract/clone.ts";
import { memoryWorld, type MemoryClone } from "../support/memory-world.ts";

const LIMIT = 1_000;

async function look(clone: MemoryClone, limit = LIMIT): Promise<readonly Leftover[]> {
  const tree = await treeOf(clone.line.tip!, clone.ports.objects);
  if (!tree.ok) throw new Error("no tree");
  return findLeftovers(await clone.read(implied), tree.value, clone.ports, limit);
}

/** Commits files as one who is no member, and lets the clone see it. */
async function damage(
  clone: MemoryClone,
  files: Readonly<Record<string, string | undefined>>,
): Promise<Oid> {
  const { objects, remote, clock } = clone.ports;
  const commit = clone.line.tip!;
  const tree = await treeOf(commit, objects);
  if (!tree.ok) throw new Error("no tree");
  const built = await buildCommit(
    {
      author: "mallory" as never,
      signer: clone.signer,
      decision: { message: "mine\n", seconds: Math.floor(clock.now() / 1_000) },
      files: Object.entries(files).map(([path, text]) => ({
        path,
        bytes: text === undefined ? undefined : new TextEncoder().encode(text),
      })),
      parent: { commit, tree: tree.value },
    },
    objects,
  );
  await objects.write(built.objects);
  await remote.push(built.raw.oid, commit);
  expect((await clone.submitter.sync()).ok).toBe(true);
  return built.raw.oid;
}

describe("what is left over in a tree", () => {
  test("is nothing after any honest history: the state implies the very tree", async () => {
    const clone = await memoryWorld(40).found();
    for (let at = 0; at < 8; at += 1) {
      await clone.run({ type: "add", tasks: [{ title: `task ${at}` }] });
      await clone.run({ type: "next" });
      const [task] = await clone.tasks();
      await clone.run({ type: "finish", task: task!, outcome: at % 2 === 0 ? "done" : "released" });
      expect(await look(clone)).toEqual([]);
    }
  });

  test("is told by the newest refused commit that touched it, and mended in one order", async () => {
    const clone = await memoryWorld(41).found();
    await clone.run({ type: "add", tasks: [{ title: "work" }] });
    const [id] = await clone.tasks();
    const task = `tasks/${id!.slice(0, 2)}/${id}/task.yaml`;
    const first = await damage(clone, { "junk/a.yaml": "1", "junk/b.yaml": "1" });
    const second = await damage(clone, { "junk/b.yaml": "2", [`${task}/x/y`]: "3", "A B\n": "4" });
    const good = await clone.read((view) => view.get(`file/${task}`)?.oid);
    const stray = (path: string, by: Oid) => ({ path, by, good: undefined, unseen: false });
    const all = [
      stray("A B\n", second),
      stray("junk/a.yaml", first),
      stray("junk/b.yaml", second),
      stray(`${task}/x/y`, second),
      { path: task, by: second, good, unseen: false },
    ];
    expect(await look(clone)).toEqual(all);
    // However little is looked for, what is found can be mended by itself.
    for (let limit = 1; limit < all.length; limit += 1)
      expect(await look(clone, limit)).toEqual(all.slice(0, limit));
    expect(await clone.run({ type: "repair" })).toMatchObject({ ok: true });
    expect(await look(clone)).toEqual([]);
    expect(await clone.run({ type: "repair" })).toMatchObject({
      ok: true,
      value: { commit: undefined, answer: { already: true } },
    });
  });

  test("a repair whose answer was lost has landed, and is not repeated", async () => {
    const world = memoryWorld(42);
    const clone = await world.found();
    await damage(clone, { "junk/a.yaml": "1" });
    const before = await clone.commits();
    world.origin.mishaps.pushes.push("lose-reply");
    expect(await clone.run({ type: "repair" })).toMatchObject({ ok: true });
    expect(await clone.commits()).toBe(before + 1);
    expect(await look(clone)).toEqual([]);
    expect(await clone.ports.journal.leftovers()).toEqual([]);
  });

  test("two that repair at once: the second finds it done", async () => {
    const world = memoryWorld(43);
    const clone = await world.found();
    const other = await (await world.clone("ant-2")).join();
    await clone.submitter.sync();
    await damage(clone, { "junk/a.yaml": "1", "mound.yaml": "mine" });
    await other.submitter.sync();
    const [one, two] = await Promise.all([
      clone.run({ type: "repair" }),
      other.run({ type: "repair" }),
    ]);
    const commits = [one, two].map((outcome) => outcome.ok && outcome.value.commit !== undefined);
    expect(commits.toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true]);
    expect([one.ok, two.ok]).toEqual([true, true]);
  });
});

test("differences of trees that hold a name twice are listed as git lists them", async () => {
  const clone = await gitClone();
  onTestFinished(clone.dispose);
  const blob = (text: string): Oid => hash("blob", Buffer.from(text));
  const hash = (type: string, bytes: Buffer): Oid =>
    execFileSync(
      "git",
      ["--git-dir", clone.gitDir, "hash-object", "-t", type, "-w", "--stdin", "--literally"],
      { input: bytes, encoding: "utf8" },
    ).trim() as Oid;
  const tree = (...entries: readonly (readonly [string, string, Oid])[]): Oid =>
    hash(
      "tree",
      Buffer.concat(
        entries.flatMap(([mode, name, oid]) => [
          Buffer.from(`${mode} ${name}\0`),
          Buffer.from(oid, "hex"),
        ]),
      ),
    );
  const [a, b] = [blob("a"), blob("b")];
  const inner = tree(["100644", "f", a]);
  const trees = [
    tree(),
    tree(["100644", "x", a]),
    tree(["100644", "x", a], ["100644", "x", b]),
    tree(["100644", "x", b], ["100644", "x", a]),
    tree(["100644", "w", a], ["100644", "x", b], ["100644", "x", a], ["40000", "x", inner]),
    tree(["40000", "x", inner], ["100644", "y", a]),
    tree(["100644", "y", a], ["100644", "x", b]),
  ];
  const read = async (oid: Oid): Promise<Uint8Array> => (await clone.objects.read(oid))!.bytes;
  for (const before of trees) {
    for (const after of trees) {
      const ours = await diffStoredTrees(read, before, after);
      const listed = await git(clone.gitDir, "diff-tree", "-r", "--no-renames", before, after);
      const theirs = listed.split("\n").flatMap((line) => {
        const found = /^:\d+ (\d+) \S+ (\S+) [A-Z]\t(.*)$/.exec(line);
        if (found === null) return [];
        const [, mode, oid, path] = found;
        return [`${path} ${mode === "000000" ? "gone" : oid}`];
      });
      const shown = ours.map(({ path, oid }) => `${path} ${oid ?? "gone"}`);
      expect(shown.toSorted(), `${before} ${after}`).toEqual(theirs.toSorted());
    }
  }
});
