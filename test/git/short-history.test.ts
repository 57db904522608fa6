import { describe, expect, test } from "vitest";
import type { RawCommit } from "../../src/app/ports.ts";
import { containsShort, diffShort, readShort } from "../../src/git/short-history.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { encodeTree, type TreeEntry } from "../../src/protocol/objects.ts";
import { commit, type File } from "../contract/build.ts";
import { git } from "../contract/clone.ts";
import { clone } from "./scratch.ts";

const LIMIT = 1_000;

const STEPS: readonly Readonly<Record<string, File>>[] = [
  { "d/one": "1", "d/two": "2", gone: "x" },
  { "d/one": "1", "d/two": "two", new: "3" },
  { d: "a file now", new: "3" },
  { "d/e/f": "deep", "d.x": "between", new: { mode: "100755", text: "3" } },
  { "d/e/f": "deep", link: { mode: "120000", text: "new" }, "raw\udcff": "bytes" },
  { "d/e/f": "deep", link: { mode: "120000", text: "new" }, "raw\udcff": "bytes" },
];

async function line() {
  const made = await clone();
  const oids: Oid[] = [];
  for (const [index, files] of STEPS.entries()) {
    const built = commit(files, oids.slice(-1), `step ${index}`);
    await made.objects.write(built.objects);
    oids.push(built.oid);
  }
  const read = async (from: Oid, to: Oid): Promise<RawCommit[]> => {
    const commits: RawCommit[] = [];
    for await (const one of made.history.commits(from, to, LIMIT)) commits.push(one);
    return commits;
  };
  return { ...made, oids, read };
}

describe("a short history", () => {
  test("is the same in process and through git, between any two commits", async () => {
    const { gitDir, oids, read, refs, maintain } = await line();
    await refs.swap("refs/mound/line", oids.at(-1)!, undefined);
    const pairs = oids.flatMap((from, at) => oids.slice(at).map((to) => [from, to] as const));
    const short = pairs.map(([from, to]) => readShort(gitDir, from, to, LIMIT));
    expect(short).not.toContain(undefined);
    await maintain();
    // Nothing is loose any more, so that git is asked.
    expect(readShort(gitDir, oids[0]!, oids[1]!, LIMIT)).toBeUndefined();
    for (const [index, [from, to]] of pairs.entries()) {
      expect(plain(await read(from, to))).toEqual(plain(short[index]!));
    }
  });

  test("an ancestor is found; of anything else git is asked", async () => {
    const { gitDir, oids } = await line();
    const [first, second] = oids as [Oid, Oid];
    expect(containsShort(gitDir, first, oids.at(-1)!)).toBe(true);
    expect(containsShort(gitDir, first, first)).toBe(true);
    expect(containsShort(gitDir, second, first)).toBeUndefined();
    expect(containsShort(gitDir, "1".repeat(40) as Oid, second)).toBeUndefined();
  });

  test("a difference is what git lists, between any two commits, and where it is large git is asked", async () => {
    const { gitDir, objects, oids } = await line();
    for (const before of oids)
      for (const after of oids) {
        const raw = await git(gitDir, "diff-tree", "-r", "--raw", "--no-abbrev", before, after);
        const listed = raw.split("\n").flatMap((each) => {
          const [, , mode, , oid, path] = /^:(\d+) (\d+) (\S+) (\S+) \S+\t(.*)$/.exec(each) ?? [];
          return path === undefined ? [] : [[path, mode, oid]];
        });
        const short = diffShort(gitDir, before, after)!.map(({ path, mode, oid }) => [
          path === "raw\udcff" ? '"raw\\377"' : path,
          mode ?? "000000",
          oid ?? "0".repeat(40),
        ]);
        expect(short).toEqual(listed);
      }
    const folders = Object.fromEntries(
      Array.from({ length: 300 }, (_, at): [string, File] => [`${at}/file`, "1"]),
    );
    const wide = commit(folders, [oids.at(-1)!], "wide");
    await objects.write(wide.objects);
    expect(diffShort(gitDir, oids.at(-1)!, wide.oid)).toBeUndefined();
  });

  test.each([
    ["an odd mode", (oid: Oid): TreeEntry[] => [{ mode: "100664", name: "a", oid }]],
    [
      "a name twice",
      (oid: Oid): TreeEntry[] => [
        { mode: "100644", name: "a", oid },
        { mode: "100755", name: "a", oid },
      ],
    ],
  ])("a tree with %s is left to git", async (_title, entries) => {
    const { gitDir, objects, oids } = await line();
    const parent = oids.at(-1)!;
    const base = commit({ a: "1" }, [parent], "base");
    const blob = base.objects.find(({ type }) => type === "blob")!;
    const bytes = encodeTree(entries(blob.oid));
    const tree = { oid: objects.name("tree", bytes), type: "tree" as const, bytes };
    const text = new TextDecoder().decode(base.objects.at(-1)!.bytes);
    const odd = new TextEncoder().encode(text.replace(/^tree [0-9a-f]{40}/, `tree ${tree.oid}`));
    const oid = objects.name("commit", odd);
    await objects.write([...base.objects, tree, { oid, type: "commit", bytes: odd }]);
    expect(readShort(gitDir, parent, base.oid, LIMIT)).toHaveLength(1);
    expect(readShort(gitDir, parent, oid, LIMIT)).toBeUndefined();
  });

  test("a blob over the limit, and a history that is long, are left to git", async () => {
    const { gitDir, objects, oids } = await line();
    const large = commit({ a: "x".repeat(LIMIT + 100) }, [oids.at(-1)!], "large");
    await objects.write(large.objects);
    expect(readShort(gitDir, oids.at(-1)!, large.oid, LIMIT)).toBeUndefined();
    let tip = oids.at(-1)!;
    for (let index = 0; index < 70; index += 1) {
      const next = commit({ a: `${index}` }, [tip], `${index}`);
      await objects.write(next.objects);
      tip = next.oid;
    }
    expect(readShort(gitDir, oids.at(-1)!, tip, LIMIT)).toBeUndefined();
    expect(containsShort(gitDir, oids.at(-1)!, tip)).toBeUndefined();
  });
});

function plain(commits: readonly RawCommit[]): unknown {
  const text = (bytes: Uint8Array | undefined) =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString("hex");
  return commits.map(({ oid, bytes, changes }) => ({
    oid,
    bytes: text(bytes),
    changes: changes.map((change) => ({ ...change, bytes: text(change.bytes) })),
  }));
}
