import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readCommit, TREE_BYTES } from "../../src/app/door-commit.ts";
import { encodeCommit, parseCommit } from "../../src/protocol/commit.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { RECORD_BYTES } from "../../src/protocol/limits.ts";
import { decodeTree, encodeTree, FOLDER_MODE, type TreeEntry } from "../../src/protocol/objects.ts";
import type { TaskState } from "../../src/protocol/state.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { memoryObjects } from "../../src/memory/objects.ts";
import { linksOf } from "../../src/memory/graph.ts";
import { memoryDoor, type MemoryDoor } from "../support/memory-door.ts";
import { memoryWorld, type MemoryClone, originTip } from "../support/memory-world.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A mound of two agents, each of its moves so far, and a door that has judged none of them. */
async function site(seed = 1) {
  const world = memoryWorld(seed);
  const root = await world.found("root");
  const moves: { old: Oid | undefined; next: Oid }[] = [];
  const moved = (): void => {
    moves.push({ old: moves.at(-1)?.next, next: originTip(world) });
  };
  moved();
  await root.run({ type: "add", tasks: [{ title: "one" }, { title: "two" }] });
  moved();
  const ant = await (await world.clone("ant")).join();
  moved();
  const door = memoryDoor(world.origin.objects, world.clock);
  return { world, root, ant, moves, moved, door };
}

async function passed(door: MemoryDoor, moves: readonly { old: Oid | undefined; next: Oid }[]) {
  for (const move of moves) expect(await door.push(move)).toEqual({ accepted: true });
}

describe("pushes that are legal", () => {
  test("pass one by one, and leave the very state that readers fold", async () => {
    const { root, ant, moves, moved, door } = await site();
    const [task] = await root.tasks();
    await ant.run({ type: "claim", task: task! });
    moved();
    await ant.run({ type: "finish", task: task!, outcome: "done" });
    moved();
    await passed(door, moves);
    expect(door.caughtUp).toBe(0);
    await root.line.sync();
    await root.line.state.load("all");
    const kept = door.kept.get(moves.at(-1)!.next)!;
    expect(stateDigest(kept, sha256)).toBe(stateDigest(root.line.state.entries(), sha256));
  });

  test("pass as one, from the first commit", async () => {
    const { moves, door } = await site();
    expect(await door.push({ next: moves.at(-1)!.next })).toEqual({ accepted: true });
  });

  test("are judged on the state at the old tip, whatever else was pushed and did not land", async () => {
    const { world, root, ant, moves, moved, door } = await site();
    const bee = await (await world.clone("bee")).join();
    moved();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const [task] = await root.tasks();
    const claims: Oid[] = [];
    for (const clone of [ant, bee]) {
      world.origin.branches.set("main", old);
      await clone.line.sync();
      expect(await clone.run({ type: "claim", task: task! })).toMatchObject({ ok: true });
      claims.push(originTip(world));
    }
    // Either may land, and until then the door says yes to both.
    await passed(
      door,
      claims.map((next) => ({ old, next })),
    );
    const [first, second] = claims as [Oid, Oid];
    const holder = (tip: Oid) =>
      (door.kept.get(tip)!.get(`task/${task}`) as TaskState).claim?.agent;
    expect([first, second].map(holder)).toEqual(["ant", "bee"]);
  });
});

describe("what the door has missed", () => {
  test("is folded from what it has, and kept", async () => {
    const { root, moves, moved, door } = await site();
    await passed(door, moves.slice(0, 1));
    await root.run({ type: "add", tasks: [{ title: "three" }] });
    moved();
    await passed(door, moves.slice(-1));
    expect(door.caughtUp).toBe(2);
    await root.run({ type: "add", tasks: [{ title: "four" }] });
    moved();
    door.caughtUp = 0;
    await passed(door, moves.slice(-1));
    expect(door.caughtUp).toBe(0);
  });

  test("and a damaged cache: it is made anew from the first commit, within the same push", async () => {
    const { moves, door } = await site();
    await passed(door, moves.slice(0, 2));
    const kept = door.kept.get(moves[1]!.next)!;
    door.kept.set(moves[1]!.next, new Map([...kept, ["damage" as never, 1 as never]]));
    await passed(door, moves.slice(2));
    expect(door.caughtUp).toBe(2);
  });
});

describe("moves of the branch", () => {
  test("a deletion is refused", async () => {
    const { moves, door } = await site();
    expect(await door.push({ old: moves[0]!.next })).toMatchObject({
      accepted: false,
      fault: { code: "door-deletion", ref: "refs/heads/main" },
    });
  });

  test("so is a move backward, and one to another history", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const [first, , last] = moves as [{ next: Oid }, unknown, { next: Oid }];
    const other = await memoryWorld(9).found("root");
    for (const [oid, object] of await objectsOf(other)) door.objects.set(oid, object);
    for (const next of [first.next, other.line.tip!]) {
      expect(await door.push({ old: last.next, next })).toMatchObject({
        accepted: false,
        fault: { code: "door-rewind" },
      });
    }
  });

  test("a commit ahead of the server's clock by more than the skew is refused, until the clock is there", async () => {
    const { world, root, moves, moved, door } = await site();
    await passed(door, moves);
    await world.clock.advance(10 * 60_000);
    await root.run({ type: "add", tasks: [{ title: "from the future" }] });
    moved();
    const late = memoryWorld(1).clock;
    const slow = memoryDoor(door.objects, late);
    slow.kept.set(moves.at(-1)!.old!, door.kept.get(moves.at(-1)!.old!)!);
    const refused = await slow.push(moves.at(-1)!);
    expect(refused).toMatchObject({
      accepted: false,
      fault: { code: "door-ahead", commit: moves.at(-1)!.next, skew: 120_000 },
    });
    expect(slow.kept.has(moves.at(-1)!.next)).toBe(false);
    await late.advance(10 * 60_000);
    await passed(slow, moves.slice(-1));
  });
});

describe("what is not legal", () => {
  test("is refused with the rule, the commit, its author and the path", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const next = await bend(door, moves.at(-1)!.next, (tree) => [
      ...tree,
      { mode: "100644", name: "README.md", oid: blob(door, "mine") },
    ]);
    expect(await door.push({ old: moves.at(-1)!.next, next })).toMatchObject({
      accepted: false,
      fault: { rule: "PA4", code: "furniture" },
      finding: { commit: next, author: "root", path: "README.md" },
    });
    expect(door.kept.has(next)).toBe(false);
  });

  test("the first refused commit refuses the whole chain", async () => {
    const { root, moves, moved, door } = await site();
    await passed(door, moves);
    const bad = await bend(door, moves.at(-1)!.next, (tree) => tree.slice(0, 1));
    await root.run({ type: "add", tasks: [{ title: "three" }] });
    moved();
    expect(await door.push({ old: moves.at(-2)!.next, next: bad })).toMatchObject({
      accepted: false,
      finding: { commit: bad },
    });
    await passed(door, moves.slice(-1));
  });

  test("an object that is missing, or is none of its kind, is never let through", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const gone = "1".repeat(40) as Oid;
    const missing = await bend(door, old, (tree) => [
      ...tree,
      { mode: "100644", name: "zz", oid: gone },
    ]);
    await expect(door.push({ old, next: missing })).rejects.toThrow(gone);
    const folder = await bend(door, old, (tree) => [
      ...tree,
      { mode: FOLDER_MODE, name: "zz", oid: blob(door, "x") },
    ]);
    await expect(door.push({ old, next: folder })).rejects.toThrow("where a folder should be");
    const file = await bend(door, old, (tree) => [
      ...tree,
      { mode: "100644", name: "zz", oid: tree[0]!.oid === gone ? gone : folderOf(tree) },
    ]);
    await expect(door.push({ old, next: file })).rejects.toThrow("where a file should be");
  });
});

describe("trees that readers do not see alike", () => {
  test.each([
    ["100664", "PA2", "its mode is 100664"],
    ["100755", "PA2", "its mode is 100755"],
    ["120000", "PA2", "its mode is 120000"],
    ["160000", "PA2", "its mode is 160000"],
    ["040000", "PA2", "its mode is 040000"],
  ])("[PA2] a file of mode %s is refused as it stands", async (mode, rule, detail) => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const next = await bend(door, old, (tree) => [
      ...tree,
      { mode, name: "zz.yaml", oid: blob(door, "x") },
    ]);
    const answer = await door.push({ old, next });
    expect(answer).toMatchObject({ accepted: false, fault: { rule, path: "zz.yaml" } });
    expect(JSON.stringify(answer)).toContain(detail);
  });

  test("[PA6] one name twice, an order that is not git's, and bytes that are no tree", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const tree = decodeTree(door.objects.get(linksOf(door.objects, old).tree)!.bytes);
    const twice = [...tree, { mode: "100644", name: "zz", oid: blob(door, "x") }];
    const poison = [
      [raw([...twice, twice.at(-1)!]), "one name twice"],
      [raw([...tree.toReversed()]), "not in the order of git"],
      [Buffer.from("nonsense"), "cannot be read"],
    ] as const;
    for (const [bytes, detail] of poison) {
      const next = commitOn(door, old, put(door, "tree", bytes));
      const answer = await door.push({ old, next });
      expect(answer).toMatchObject({ accepted: false, fault: { rule: "PA6" } });
      expect(JSON.stringify(answer)).toContain(detail);
    }
  });

  test("a folder without a file is refused, for nobody would ever see it", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const empty = put(door, "tree", new Uint8Array(0));
    const next = await bend(door, old, (tree) => [
      ...tree,
      { mode: FOLDER_MODE, name: "zz", oid: empty },
    ]);
    expect(await door.push({ old, next })).toMatchObject({
      accepted: false,
      fault: { rule: "PA2", path: "zz" },
    });
  });
});

describe("trees that are too much", () => {
  test("a path of 10,000 folders is refused at the depth that paths may have", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    let folder = put(door, "tree", raw([{ mode: "100644", name: "x", oid: blob(door, "x") }]));
    for (let depth = 0; depth < 10_000; depth += 1)
      folder = put(door, "tree", raw([{ mode: FOLDER_MODE, name: "d", oid: folder }]));
    door.read.clear();
    const next = await bend(door, old, (tree) => [
      ...tree,
      { mode: FOLDER_MODE, name: "zz", oid: folder },
    ]);
    expect(await door.push({ old, next })).toMatchObject({
      accepted: false,
      fault: { rule: "PA1", path: "zz/d/d/d/d/d/d" },
    });
    expect(door.read.size).toBeLessThan(30);
  });

  test("100,000 entries are counted no further than they are too many", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const oid = blob(door, "x");
    const many = Array.from({ length: 100_000 }, (_, at) => ({
      mode: "100644",
      name: `f${String(at).padStart(6, "0")}`,
      oid,
    }));
    const folder = put(door, "tree", raw(many));
    const next = await bend(door, old, (tree) => [
      ...tree,
      { mode: FOLDER_MODE, name: "zz", oid: folder },
    ]);
    expect(await door.push({ old, next })).toMatchObject({
      accepted: false,
      fault: { rule: "LN7", code: "commit-too-large" },
    });
    const { raw: read } = await readCommit(door.port, next, old);
    expect(read.changes.length).toBe(5_001);
  });

  test("a blob over the limit is known by its size alone", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const huge = blob(door, "x".repeat(RECORD_BYTES + 1));
    const next = await bend(door, old, (tree) => [
      ...tree,
      { mode: "100644", name: "zz.yaml", oid: huge },
    ]);
    const { raw: read } = await readCommit(door.port, next, old);
    expect(read.changes).toEqual([
      { path: "zz.yaml", mode: "100644", oid: huge, size: RECORD_BYTES + 1, bytes: undefined },
    ]);
    expect(door.read.has(huge)).toBe(false);
  });

  test("a folder of more bytes than any mound has is not read", async () => {
    const { moves, door } = await site();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const folder = put(door, "tree", new Uint8Array(TREE_BYTES + 1));
    const next = await bend(door, old, (tree) => [
      ...tree,
      { mode: FOLDER_MODE, name: "zz", oid: folder },
    ]);
    await expect(door.push({ old, next })).rejects.toThrow(`${TREE_BYTES + 1} bytes`);
  });
});

/** A commit like the one at the tip, with another root folder; it is not signed anew. */
async function bend(
  door: MemoryDoor,
  tip: Oid,
  change: (tree: readonly TreeEntry[]) => readonly TreeEntry[],
): Promise<Oid> {
  const tree = decodeTree(door.objects.get(linksOf(door.objects, tip).tree)!.bytes);
  const kept = change(tree);
  const names = new Map(kept.map((entry) => [entry.name, entry]));
  return commitOn(door, tip, put(door, "tree", encodeTree([...names.values()])));
}

/** By root, though not signed by it: what is wrong with the trees comes first. */
function commitOn(door: MemoryDoor, parent: Oid, tree: Oid): Oid {
  const before = parseCommit(door.objects.get(parent)!.bytes)!;
  const who = { ...before.author, name: "root", email: "root@mound" };
  const draft = { tree, parent, author: who, committer: who, message: "bend\n" };
  const bytes = Buffer.from(encodeCommit(draft, "x"))
    .toString()
    .replace(/gpgsig x\n/, "");
  return put(door, "commit", Buffer.from(bytes));
}

function blob(door: MemoryDoor, text: string): Oid {
  return put(door, "blob", Buffer.from(text));
}

function put(door: MemoryDoor, type: "blob" | "tree" | "commit", bytes: Uint8Array): Oid {
  const oid = memoryObjects().name(type, bytes);
  door.objects.set(oid, { oid, type, bytes });
  return oid;
}

/** The bytes of a tree with its entries as they come. */
function raw(entries: readonly TreeEntry[]): Uint8Array {
  return Buffer.concat(entries.map((entry) => encodeTree([entry])));
}

function folderOf(tree: readonly TreeEntry[]): Oid {
  return tree.find(({ mode }) => mode === FOLDER_MODE)!.oid;
}

async function objectsOf(clone: MemoryClone) {
  const found = new Map<Oid, NonNullable<Awaited<ReturnType<typeof clone.ports.objects.read>>>>();
  const open = [clone.line.tip!];
  for (const oid of open) {
    const object = await clone.ports.objects.read(oid);
    if (object === undefined || found.has(oid)) continue;
    found.set(oid, object);
    if (object.type === "commit") {
      const { tree, parents } = linksOf(found, oid);
      open.push(tree, ...parents);
    } else if (object.type === "tree") {
      open.push(...decodeTree(object.bytes).map((entry) => entry.oid));
    }
  }
  return found;
}
