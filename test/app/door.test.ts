import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Oid } from "../../src/protocol/ids.ts";
import { decodeTree, FOLDER_MODE, type TreeEntry } from "../../src/protocol/objects.ts";
import type { TaskState } from "../../src/protocol/state.ts";
import { stateDigest } from "../../src/protocol/state-digest.ts";
import { linksOf } from "../../src/memory/graph.ts";
import { bend, blob, doorSite, passed } from "../support/door-site.ts";
import { memoryDoor } from "../support/memory-door.ts";
import { memoryWorld, type MemoryClone, originTip } from "../support/memory-world.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("pushes that are legal", () => {
  test("pass one by one, and leave the very state that readers fold", async () => {
    const { root, ant, moves, moved, door } = await doorSite();
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
    const { moves, door } = await doorSite();
    expect(await door.push({ next: moves.at(-1)!.next })).toEqual({ accepted: true });
  });

  test("pass in any number, each judged on what the ones before it leave", async () => {
    const { root, moves, moved, door } = await doorSite();
    await root.runAll(
      Array.from({ length: 40 }, (_, at) => ({ type: "add", tasks: [{ title: `task ${at}` }] })),
    );
    moved();
    await passed(door, moves);
    const line = door.kept.get(moves.at(-1)!.next)!.get("line");
    expect(line).toMatchObject({ commits: 43, refused: 0 });
  });

  test("are judged on the state at the old tip, whatever else was pushed and did not land", async () => {
    const { world, root, ant, moves, moved, door } = await doorSite();
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
    const { root, moves, moved, door } = await doorSite();
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
    const { moves, door } = await doorSite();
    await passed(door, moves.slice(0, 2));
    const kept = door.kept.get(moves[1]!.next)!;
    door.kept.set(moves[1]!.next, new Map([...kept, ["damage" as never, 1 as never]]));
    await passed(door, moves.slice(2));
    expect(door.caughtUp).toBe(2);
  });
});

describe("moves of the branch", () => {
  test("a deletion is refused", async () => {
    const { moves, door } = await doorSite();
    expect(await door.push({ old: moves[0]!.next })).toMatchObject({
      accepted: false,
      fault: { code: "door-deletion", ref: "refs/heads/main" },
    });
  });

  test("so is a move backward, and one to another history", async () => {
    const { moves, door } = await doorSite();
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
    const { world, root, moves, moved, door } = await doorSite();
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
    const { moves, door } = await doorSite();
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
    const { root, moves, moved, door } = await doorSite();
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
    const { moves, door } = await doorSite();
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
