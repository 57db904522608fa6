import { expect, test } from "vitest";
import { buildCommit, treeOf } from "../../src/app/build.ts";
import type { RawChange } from "../../src/app/ports.ts";
import { memoryWorld } from "../support/memory-world.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a commit lists its changes as git does, also where junk is in the way", async () => {
  const world = memoryWorld(30);
  const clone = await world.found();
  const { objects, history } = clone.ports;
  const commit = async (parent: string, files: Readonly<Record<string, string | undefined>>) => {
    const tree = await treeOf(parent as never, objects);
    if (!tree.ok) throw new Error("no tree");
    const built = await buildCommit(
      {
        author: clone.agent,
        signer: clone.signer,
        decision: { message: "x\n", seconds: 1_767_225_600 },
        files: Object.entries(files).map(([path, text]) => ({
          path,
          bytes: text === undefined ? undefined : bytes(text),
        })),
        parent: { commit: parent as never, tree: tree.value },
      },
      objects,
    );
    await objects.write(built.objects);
    const read: RawChange[] = [];
    for await (const raw of history.commits(parent as never, built.raw.oid, 16_384))
      read.push(...raw.changes);
    const listed = (changes: readonly RawChange[]) =>
      changes.map(({ path, oid }) => `${path} ${oid ?? "gone"}`).toSorted();
    expect(listed(built.raw.changes)).toEqual(listed(read));
    return built.raw;
  };
  const junk = await commit(clone.line.tip!, {
    "a/b/claim.lock/x": "1",
    "a/b/claim.lock/y": "2",
    "a/c": "3",
  });
  // A file takes the place of the folder, and a folder that of the file.
  const mixed = await commit(junk.oid, { "a/b/claim.lock": "lock", "a/c/d": "4" });
  expect(mixed.changes).toHaveLength(5);
  const plain = await commit(mixed.oid, { "a/b/claim.lock": undefined, "a/e": "5" });
  expect(plain.changes).toHaveLength(2);
});
