import { describe, expect, test } from "vitest";
import { readCommit, TREE_BYTES } from "../../src/app/door-commit.ts";
import { RECORD_BYTES } from "../../src/protocol/limits.ts";
import { decodeTree, FOLDER_MODE } from "../../src/protocol/objects.ts";
import { linksOf } from "../../src/memory/graph.ts";
import { bend, blob, commitOn, doorSite, passed, put, raw } from "../support/door-site.ts";

describe("trees that readers do not see alike", () => {
  test.each([
    ["100664", "PA2", "its mode is 100664"],
    ["100755", "PA2", "its mode is 100755"],
    ["120000", "PA2", "its mode is 120000"],
    ["160000", "PA2", "its mode is 160000"],
    ["040000", "PA2", "its mode is 040000"],
  ])("[PA2] a file of mode %s is refused as it stands", async (mode, rule, detail) => {
    const { moves, door } = await doorSite();
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
    const { moves, door } = await doorSite();
    await passed(door, moves);
    const old = moves.at(-1)!.next;
    const tree = decodeTree(door.objects.get(linksOf(door.objects, old).tree)!.bytes);
    const twice = [...tree, { mode: "100644", name: "zz", oid: blob(door, "x") }];
    const poison = [
      [raw([...twice, twice.at(-1)!]), "one name twice"],
      [raw(tree.toReversed()), "not in the order of git"],
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
    const { moves, door } = await doorSite();
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
    const { moves, door } = await doorSite();
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
    const { moves, door } = await doorSite();
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
    const { moves, door } = await doorSite();
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
    const { moves, door } = await doorSite();
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
