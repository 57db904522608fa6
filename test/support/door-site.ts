/** A mound in memory whose pushes a door judges, and commits at it that no command would make. */
import { expect } from "vitest";
import { encodeCommit, parseCommit } from "../../src/protocol/commit.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { decodeTree, encodeTree, type TreeEntry } from "../../src/protocol/objects.ts";
import { linksOf } from "../../src/memory/graph.ts";
import { memoryObjects } from "../../src/memory/objects.ts";
import { memoryDoor, type MemoryDoor } from "./memory-door.ts";
import { memoryWorld, originTip } from "./memory-world.ts";

/** A mound of two agents, each of its moves so far, and a door that has judged none of them. */
export async function doorSite(seed = 1) {
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

export async function passed(
  door: MemoryDoor,
  moves: readonly { old: Oid | undefined; next: Oid }[],
) {
  for (const move of moves) expect(await door.push(move)).toEqual({ accepted: true });
}

/** A commit like the one at the tip, with another root folder; it is not signed anew. */
export async function bend(
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
export function commitOn(door: MemoryDoor, parent: Oid, tree: Oid): Oid {
  const before = parseCommit(door.objects.get(parent)!.bytes)!;
  const who = { ...before.author, name: "root", email: "root@mound" };
  const draft = { tree, parent, author: who, committer: who, message: "bend\n" };
  const bytes = Buffer.from(encodeCommit(draft, "x"))
    .toString()
    .replace(/gpgsig x\n/, "");
  return put(door, "commit", Buffer.from(bytes));
}

export function blob(door: MemoryDoor, text: string): Oid {
  return put(door, "blob", Buffer.from(text));
}

export function put(door: MemoryDoor, type: "blob" | "tree" | "commit", bytes: Uint8Array): Oid {
  const oid = memoryObjects().name(type, bytes);
  door.objects.set(oid, { oid, type, bytes });
  return oid;
}

/** The bytes of a tree with its entries as they come. */
export function raw(entries: readonly TreeEntry[]): Uint8Array {
  return Buffer.concat(entries.map((entry) => encodeTree([entry])));
}
