import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { GitObject } from "../../src/app/ports.ts";
import { hashObject } from "../../src/git/hash.ts";
import { writePack } from "../../src/git/write-pack.ts";
import { git } from "../contract/clone.ts";
import { mound } from "../support/command.ts";
import {
  commitOf,
  dooredSite,
  entry,
  push,
  pushTo,
  tipOf,
  treeWith,
  write,
  type Doored,
} from "../support/doored.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { byTurns } from "../support/race.ts";
import { cloneFor } from "../support/site.ts";
import { until } from "../support/until.ts";

const CLOCK = pathToFileURL(join(import.meta.dirname, "../support/shifted-clock.mjs")).href;
/** Of a process that is starting and stopping on a machine that is busy with other tests. */
const PATIENCE_MS = 20_000;

/** Pushes a commit on the tip, with entries added to its root; tells what was said, and that nothing moved. */
async function refuse(
  site: Doored,
  entries: (site: Doored) => readonly Uint8Array[],
): Promise<string> {
  const before = await tipOf(site);
  const commit = commitOf(site, treeWith(site, before, ...entries(site)), [before]);
  const from = performance.now();
  const pushed = await push(site, `${commit}:refs/heads/main`);
  expect(performance.now() - from).toBeLessThan(PATIENCE_MS);
  expect(pushed.code).toBe(1);
  expect(pushed.said).toContain("! [remote rejected]");
  expect(await tipOf(site)).toBe(before);
  return pushed.said;
}

/** A site whose git itself takes any tree, so that the judge is all that stands in the way. */
async function unguarded(): Promise<Doored> {
  const site = await dooredSite();
  await git(site.origin, "config", "receive.fsckObjects", "false");
  return site;
}

/** What it is, the entries that it adds to the root, and what is said of it. */
type Tree = readonly [string, (site: Doored) => readonly Uint8Array[], string];

const file = (name: string, mode = "100644") => {
  return (site: Doored) => [entry(mode, name, write(site, "blob", "x"))];
};

function folder(site: Doored, name: string, entries: readonly Uint8Array[]): Uint8Array {
  return entry("40000", name, write(site, "tree", Buffer.concat(entries)));
}

describe("what plain git pushes, and the judge refuses", () => {
  test("the words are those of every command, with rule, commit, path, and what to type", async () => {
    const site = await dooredSite();
    const said = await refuse(site, file("zz.yaml"));
    const commit = /refused: commit ([0-9a-f]{12}) by ant: zz\.yaml/.exec(said)?.[1];
    expect(commit).toBeDefined();
    expect(said).toMatch(/remote: mound: refused: .* \[[A-Z]{2}\d+\] *$/m);
    expect(said).toMatch(/remote: {3}git commit -S|remote: {3}See the record/);
  });

  const trees: readonly Tree[] = [
    ["an executable", file("zz", "100755"), "[PA2]"],
    ["a symbolic link", file("zz", "120000"), "[PA2]"],
    ["a submodule", () => [entry("160000", "zz", "1".repeat(40))], "[PA2]"],
    ["a mode that git shows as another", file("zz", "100664"), "its mode is 100664"],
    ["a backslash in a name", file("zz\\x"), "[PA1]"],
    ["a newline in a name", file("zz\nx"), "[PA1]"],
    ["a terminal escape in a name", file("zz\u001b[31m"), "zz\\x1b[31m"],
    ["a name that reads backward", file("zz\u202e.exe"), "zz\\u{202e}.exe"],
    ["capitals", file("zZ"), "[PA1]"],
    ["a device of Windows", (site: Doored) => [folder(site, "zz", file("con")(site))], "[PA1]"],
    ["one name twice", (site: Doored) => [...file("zz")(site), ...file("zz")(site)], "[PA6]"],
    ["a tree that is out of order", (site: Doored) => file("a")(site), "[PA6]"],
  ];

  // In process the adversaries meet them all; here the words are what counts.
  test.each(byTurns(trees, 3))("%s", async (_what, entries, words) => {
    const site = await unguarded();
    const said = await refuse(site, entries);
    expect(said).toContain(words);
    // git writes the lines; what a stranger wrote moves nobody's cursor.
    expect(said.replaceAll("\u001b[K", "")).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    );
    expect(said).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  test("a name like git's own folder, in any case", async () => {
    const site = await unguarded();
    for (const name of [".GIT", "git~1"])
      expect(await refuse(site, file(name))).toContain("refused");
  });

  test("1,000 folders in each other, and 100,000 files in one", async () => {
    const site = await unguarded();
    let deep = hashed("tree", entry("100644", "x", write(site, "blob", "x")));
    const chain = [deep];
    for (let depth = 1; depth < 1_000; depth += 1) {
      deep = hashed("tree", entry("40000", "d", deep.oid));
      chain.push(deep);
    }
    writePack(site.gitDir, chain, false);
    expect(await refuse(site, () => [entry("40000", "zz", deep.oid)])).toContain("[PA1]");
    const blob = write(site, "blob", "x");
    const names = Array.from({ length: 100_000 }, (_, at) => `f${String(at).padStart(6, "0")}`);
    const wide = write(
      site,
      "tree",
      Buffer.concat(names.map((name) => entry("100644", name, blob))),
    );
    expect(await refuse(site, () => [entry("40000", "zz", wide)])).toContain("[LN7]");
  });

  test("a blob that is large, and one that only becomes large", async () => {
    const site = await unguarded();
    const blob = (name: string, content: Uint8Array) => (to: Doored) => [
      entry("100644", name, write(to, "blob", content)),
    ];
    expect(await refuse(site, blob("zz.yaml", Buffer.alloc(100 * 1024 * 1024)))).toContain(
      "refused",
    );
    expect(await refuse(site, blob("zz.yaml", randomBytes(8 * 1024 * 1024)))).toContain("refused");
  });

  test("a merge, a second root, a commit beside the line, a deletion and a rewind", async () => {
    const site = await dooredSite();
    await git(site.origin, "config", "receive.denyNonFastForwards", "false");
    await git(site.origin, "config", "receive.denyDeletes", "false");
    await git(site.origin, "config", "receive.denyDeleteCurrent", "ignore");
    const tip = await tipOf(site);
    const tree = treeWith(site, tip, ...file("zz.yaml")(site));
    const [parent, root] = [await tipOf(site, "main~1"), commitOf(site, tree, [])];
    const merge = commitOf(site, tree, [tip, root]);
    const across = commitOf(site, tree, [root, tip]);
    for (const [refspec, words] of [
      [`+${merge}:refs/heads/main`, "more than one parent"],
      [`+${across}:refs/heads/main`, "never rewritten"],
      [`+${root}:refs/heads/main`, "never rewritten"],
      [`+${commitOf(site, tree, [parent])}:refs/heads/main`, "never rewritten"],
      [`+${parent}:refs/heads/main`, "never rewritten"],
      [":refs/heads/main", "never deleted"],
    ] as const) {
      const pushed = await push(site, refspec);
      expect(pushed.code).toBe(1);
      expect(pushed.said).toContain(words);
      expect(await tipOf(site)).toBe(tip);
    }
  });

  test("nothing of a push is taken where one part of it is refused", async () => {
    const site = await dooredSite();
    const tip = await tipOf(site);
    const bad = commitOf(site, treeWith(site, tip, ...file("zz.yaml")(site)), [tip]);
    const beat = write(site, "blob", "beat");
    const pushed = await push(site, `${bad}:refs/heads/main`, `${beat}:refs/mound/presence/ant`);
    expect(pushed.code).toBe(1);
    await expect(tipOf(site, "refs/mound/presence/ant")).rejects.toThrow();
    expect(await git(site.origin, "count-objects")).toMatch(/objects/);
    await expect(git(site.origin, "cat-file", "-e", bad)).rejects.toThrow();
  });

  test("over http as over a path", async () => {
    const site = await dooredSite();
    const { url } = await serveOrigin(site.origin);
    const tip = await tipOf(site);
    const bad = commitOf(site, treeWith(site, tip, ...file("zz.yaml")(site)), [tip]);
    const pushed = await pushTo(site, url, `${bad}:refs/heads/main`);
    expect(pushed.code).toBe(1);
    expect(pushed.said).toContain("remote: mound: refused: commit");
    expect(await tipOf(site)).toBe(tip);
  });
});

function hashed(type: "tree", bytes: Uint8Array): GitObject {
  return { oid: hashObject(type, bytes), type, bytes };
}

describe("what our own client is told", () => {
  test("a commit from the future: exit 4 with the judge's words, at once, and nothing is in doubt", async () => {
    const site = await dooredSite();
    const before = await tipOf(site);
    const environment = {
      ...site.ant.environment,
      NODE_OPTIONS: `--import ${CLOCK}`,
      MOUND_TEST_SHIFT_MS: String(10 * 60_000),
    };
    const ran = await mound({ ...site.ant, environment }, "claim", site.tasks[0]!);
    expect(ran).toMatchObject({ code: 4, json: { error: { code: "remote-refused" } } });
    expect(ran.json?.error?.message).toMatch(/mound: refused: .*ahead of this server's clock/);
    expect(ran.phases.filter((phase) => phase === "push").length).toBe(1);
    expect(await tipOf(site)).toBe(before);
    expect(await mound(site.ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  });

  test("what it pushes as a pack, and what lies in packs at the origin, is judged as well", async () => {
    const site = await dooredSite();
    const tasks = Array.from({ length: 300 }, (_, at) => `- title: imported ${at}`).join("\n");
    const path = join(site.dir, "tasks.yaml");
    writeFileSync(path, `${tasks}\n`);
    const root = await cloneFor(site, "root");
    expect(await mound(root, "task", "import", path)).toMatchObject({ code: 0 });
    await git(site.origin, "gc", "--quiet");
    expect(await mound(site.ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    expect(await mound(site.ant, "done", site.tasks[0]!)).toMatchObject({ code: 0 });
    // So much at once was put in order behind the back of whoever pushed next.
    await until("the layers at the door", () => layersOf(site).length === 2);
    expect(await mound(site.ant, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
  });
});

function layersOf({ origin }: Doored): readonly string[] {
  const [build] = readdirSync(join(origin, "mound-door"));
  const text = readFileSync(join(origin, "mound-door", build!, "CURRENT"), "utf8");
  return (JSON.parse(text) as { layers: readonly string[] }).layers;
}
