import { describe, expect, onTestFinished, test } from "vitest";
import { HISTORY_COMMIT_BYTES, HISTORY_CONTENTS, type RawCommit } from "../../src/app/ports.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { blob, type Built, commit, type File } from "./build.ts";
import type { Clone } from "./clone.ts";

const LIMIT = 64;

/** What every adapter of the port `History` has to do. */
export function historyContract(name: string, make: () => Promise<Clone>): void {
  async function open() {
    const clone = await make();
    onTestFinished(() => clone.dispose());
    const put = async (
      files: Readonly<Record<string, File>>,
      ...parents: Built[]
    ): Promise<Built> => {
      const built = commit(
        files,
        parents.map(({ oid }) => oid),
        `after ${parents.length}`,
      );
      await clone.objects.write(built.objects);
      return built;
    };
    const read = async (to: Built, from?: Built): Promise<RawCommit[]> => {
      const commits: RawCommit[] = [];
      for await (const one of clone.history.commits(from?.oid, to.oid, LIMIT)) commits.push(one);
      return commits;
    };
    return { ...clone, put, read };
  }

  describe(`history: ${name}`, () => {
    test("commits come oldest first, with their bytes, and only those after `from`", async () => {
      const { put, read } = await open();
      const a = await put({ f: "1" });
      const b = await put({ f: "2" }, a);
      const c = await put({ f: "3" }, b);
      const all = await read(c);
      expect(all.map(({ oid }) => oid)).toEqual([a.oid, b.oid, c.oid]);
      expect(text(all[1]?.bytes)).toBe(text(b.objects.at(-1)?.bytes));
      expect((await read(c, a)).map(({ oid }) => oid)).toEqual([b.oid, c.oid]);
      expect(await read(c, c)).toEqual([]);
      expect(await read(b, c)).toEqual([]);
    });

    test("a change says what the path holds now; removals and folders too", async () => {
      const { put, read } = await open();
      const a = await put({ "d/one": "1", "d/two": "2", gone: "x" });
      const b = await put({ "d/one": "1", "d/two": "two", new: "3" }, a);
      const c = await put({ d: "a file now", new: "3" }, b);
      const d = await put({ new: "3", "d/e/f": "deep" }, c);
      const commits = await read(d);
      expect(commits.map(show)).toEqual([
        ["d/one=1", "d/two=2", "gone=x"],
        ["d/two=two", "gone removed", "new=3"],
        ["d=a file now", "d/one removed", "d/two removed"],
        ["d removed", "d/e/f=deep"],
      ]);
      const removed = commits[1]?.changes.find(({ path }) => path === "gone");
      expect(removed).toEqual({
        path: "gone",
        mode: undefined,
        oid: undefined,
        size: 0,
        bytes: undefined,
      });
      const added = commits[1]?.changes.find(({ path }) => path === "new");
      expect(added).toMatchObject({ mode: "100644", oid: blob("3").oid, size: 1 });
    });

    test("a commit that changes nothing has no changes, at the start and in between", async () => {
      const { put, read } = await open();
      const a = await put({});
      const b = await put({ f: "1" }, a);
      const c = await put({ f: "1" }, b);
      const d = await put({ f: "2" }, c);
      expect((await read(d)).map(show)).toEqual([[], ["f=1"], [], ["f=2"]]);
    });

    test("a mode is a change; links and submodules have no content", async () => {
      const { put, read } = await open();
      const a = await put({ tool: "#!/bin/sh\n", link: "text" });
      const submodule = { mode: "160000", oid: "3".repeat(40) as Oid };
      const files = {
        tool: { mode: "100755", text: "#!/bin/sh\n" },
        link: { mode: "120000", text: "tool" },
        submodule,
      };
      const b = await put(files, a);
      const changes = (await read(b, a))[0]?.changes.map(({ path, mode, size, bytes }) => [
        path,
        mode,
        size,
        text(bytes),
      ]);
      expect(changes).toEqual([
        ["link", "120000", 0, undefined],
        ["submodule", "160000", 0, undefined],
        ["tool", "100755", 10, "#!/bin/sh\n"],
      ]);
    });

    test("a blob over the limit has its size and no content", async () => {
      const { put, read } = await open();
      const sizes = [LIMIT - 1, LIMIT, LIMIT + 1, 300_000];
      const a = await put(
        Object.fromEntries(sizes.map((size, index) => [`f${index}`, "x".repeat(size)])),
      );
      const changes = (await read(a))[0]?.changes ?? [];
      expect(changes.map(({ size }) => size)).toEqual(sizes);
      expect(changes.map(({ bytes }) => bytes?.length)).toEqual([
        LIMIT - 1,
        LIMIT,
        undefined,
        undefined,
      ]);
    });

    test("a merge is read along its first parent", async () => {
      const { put, read, history } = await open();
      const base = await put({ f: "1" });
      const side = await put({ f: "1", side: "s" }, base);
      const main = await put({ f: "2" }, base);
      const merge = await put({ f: "2", side: "s" }, main, side);
      const commits = await read(merge);
      expect(commits.map(({ oid }) => oid)).toEqual([base.oid, main.oid, merge.oid]);
      expect(commits.map(show)).toEqual([["f=1"], ["f=2"], ["side=s"]]);
      expect((await read(merge, side)).map(({ oid }) => oid)).toEqual([main.oid, merge.oid]);
      expect(await history.contains(main.oid, merge.oid)).toBe(true);
      expect(await history.contains(base.oid, merge.oid)).toBe(true);
      expect(await history.contains(side.oid, merge.oid)).toBe(false);
    });

    test("names of any bytes survive", async () => {
      const { put, read } = await open();
      const names = [
        "new\nline",
        "tab\there",
        'quo"te',
        "back\\slash",
        "ünïcödé",
        "\u{1f41c}",
        "raw\udcff\udcc3",
        "\udce2\udc82",
      ];
      const a = await put(
        Object.fromEntries(names.map((odd) => [`d/${odd}`, odd.length.toString()])),
      );
      const found = (await read(a))[0]?.changes.map(({ path }) => path.slice(2)) ?? [];
      expect(found.toSorted()).toEqual(names.toSorted());
    });

    test("what is beyond reason is cut, or comes without contents", async () => {
      const { put, read, objects } = await open();
      const shared = blob("x");
      await objects.write([shared]);
      const many = Array.from({ length: HISTORY_CONTENTS + 10 }, (_, index): [string, File] => {
        return [`f${index}`, { mode: "100644", oid: shared.oid }];
      });
      const a = await put(Object.fromEntries(many));
      const long = commit({}, [a.oid], "m".repeat(HISTORY_COMMIT_BYTES));
      await objects.write(long.objects);
      const [first, second] = await read(long);
      // Every path is named, for it says where the tree is astray; none is read.
      expect(first?.changes).toHaveLength(HISTORY_CONTENTS + 10);
      expect(
        first?.changes.every((change) => change.bytes === undefined && change.size === 0),
      ).toBe(true);
      expect(second?.bytes).toHaveLength(HISTORY_COMMIT_BYTES);
    });

    test("a history of many windows comes whole and in order, also after maintenance", async () => {
      const { objects, refs, read, maintain } = await open();
      const built: Built[] = [];
      for (let index = 0; index < 700; index += 1) {
        const parent = built.at(-1);
        built.push(
          commit(
            { [`f${index % 5}`]: `${index}` },
            parent === undefined ? [] : [parent.oid],
            `${index}`,
          ),
        );
      }
      await objects.write(built.flatMap((one) => one.objects));
      const tip = built.at(-1) as Built;
      await refs.swap("refs/mound/line", tip.oid, undefined);
      const oids = built.map(({ oid }) => oid);
      const before = await read(tip);
      expect(before.map(({ oid }) => oid)).toEqual(oids);
      expect(
        before.every(
          ({ changes }, index) => text(changes.at(-1)?.bytes) === `${index}` || changes.length > 1,
        ),
      ).toBe(true);
      await maintain();
      expect((await read(tip)).map(({ oid }) => oid)).toEqual(oids);
    });

    test("a reader may stop early", async () => {
      const { put, history } = await open();
      let tip = await put({ f: "0" });
      for (let index = 1; index < 5; index += 1) tip = await put({ f: `${index}` }, tip);
      for await (const first of history.commits(undefined, tip.oid, LIMIT)) {
        expect(show(first)).toEqual(["f=0"]);
        break;
      }
    });

    test("a commit that is not there is an error, not an empty history", async () => {
      const { put, read } = await open();
      const a = await put({ f: "1" });
      const absent = { ...a, oid: "4".repeat(40) as Oid };
      await expect(read(absent)).rejects.toThrow();
      await expect(read(a, absent)).rejects.toThrow();
    });

    test("`contains` follows history, and an unknown commit is contained in nothing", async () => {
      const { put, history } = await open();
      const a = await put({ f: "1" });
      const b = await put({ f: "2" }, a);
      const other = await put({ f: "3" });
      const absent = "5".repeat(40) as Oid;
      const pairs: [Oid, Oid, boolean][] = [
        [a.oid, b.oid, true],
        [b.oid, b.oid, true],
        [b.oid, a.oid, false],
        [other.oid, b.oid, false],
        [absent, b.oid, false],
        [b.oid, absent, false],
      ];
      for (const [ancestor, tip, expected] of pairs)
        expect(await history.contains(ancestor, tip)).toBe(expected);
    });
  });
}

function show({ changes }: RawCommit): string[] {
  return changes.map(({ path, mode, bytes }) =>
    mode === undefined ? `${path} removed` : `${path}=${text(bytes)}`,
  );
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
