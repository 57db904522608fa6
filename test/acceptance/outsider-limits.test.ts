import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { added, expectAgreement, founded } from "../support/outsider-scene.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import {
  COMMIT_BYTES,
  COMMIT_PATHS,
  RECORD_BYTES,
  RESTORE_PATHS,
} from "../../src/protocol/limits.ts";
import { restore } from "../support/random-life.ts";
import type { Scribe } from "../support/scribe.ts";

/** The rules that commits were refused for, in order, which the outsider names as well. */
async function expectRules(scribe: Scribe, rules: readonly string[]): Promise<void> {
  const { refused } = await expectAgreement(scribe);
  expect([...refused.values()].map((said) => said.split(" ")[0])).toEqual(rules);
  const judged = scribe.verdicts.map(({ verdict }) => (verdict.accepted ? "" : verdict.fault.rule));
  expect(judged.filter((rule) => rule !== "")).toEqual(rules);
}

const junk = (count: number, text: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`junk/${at}.yaml`, text]));

const gone = (files: Readonly<Record<string, string>>): Record<string, undefined> =>
  Object.fromEntries(Object.keys(files).map((path) => [path, undefined]));

describe("[LN7] the outsider measures a commit as the judge does", () => {
  test("its paths: few of them, more where it only adds tasks, most where it only restores", async () => {
    const scribe = await founded();
    const some = junk(COMMIT_PATHS, "x: y\n");
    const more = junk(2 * COMMIT_PATHS + 1, "x: y\n");
    await scribe.write({ author: "ant-1", files: more });
    await scribe.write({ author: "root", files: { ...gone(some), "README.md": "# ours\n" } });
    const rest = gone(Object.fromEntries(Object.entries(more).slice(COMMIT_PATHS)));
    await scribe.write({ author: "ant-1", files: { ...rest, "README.md": "# plan\n" } });
    await scribe.write({ author: "ant-1", files: some });
    await restore(scribe);
    const tasks = Array.from({ length: COMMIT_PATHS + 1 }, (_, at) => ({ title: `task ${at}` }));
    await scribe.must("root", { type: "add", tasks });
    await expectRules(scribe, ["LN7", "LN7", "RE3"]);
  });

  test("what it restores: up to 20,000 paths", { timeout: 120_000 }, async () => {
    const scribe = await founded();
    const most = junk(RESTORE_PATHS + 1, "x: y\n");
    await scribe.write({ author: "ant-1", files: most });
    await scribe.write({ author: "ant-1", files: gone(most) });
    const fewer = junk(RESTORE_PATHS, "x: y\n");
    await scribe.write({ author: "ant-1", files: fewer });
    await scribe.write({ author: "ant-2", files: gone(fewer) });
    await expectRules(scribe, ["LN7", "LN7", "LN7"]);
  });

  test("its records: neither furniture nor what is too large by itself counts", async () => {
    const scribe = await founded();
    const count = COMMIT_BYTES / RECORD_BYTES;
    const full = "a".repeat(RECORD_BYTES);
    const files = junk(count, full);
    await scribe.write({ author: "root", files: { ...files, "README.md": full, "x.yaml": "a" } });
    await scribe.write({ author: "root", files: junk(count, `${full}a`) });
    await scribe.write({ author: "root", files: junk(count, full) });
    await restore(scribe);
    await scribe.must("root", {
      type: "furnish",
      subject: "furniture",
      files: [{ path: "README.md", oid: "1".repeat(40) as Oid, text: "a\n".repeat(COMMIT_BYTES) }],
    });
    await expectRules(scribe, ["LN7", "RE1", "RE2"]);
  });

  test("what it restores, however many bytes that are", async () => {
    const scribe = await founded();
    const body = "words ".repeat(1_300);
    const tasks = Array.from({ length: 40 }, (_, at) => ({ title: `task ${at}`, body }));
    await scribe.must("root", { type: "add", tasks });
    const own = await added(scribe);
    const good = texts(scribe, "tasks/", own);
    const bad = Object.fromEntries(Object.keys(good).map((path) => [path, "mine\n"]));
    const litter = { ...bad, "x.yaml": "mine\n" };
    await scribe.write({ author: "ant-1", files: litter });
    const claimed = await scribe.decided("ant-1", { type: "claim", task: own });
    const back = { ...good, "x.yaml": undefined };
    const lock = Object.fromEntries(Object.keys(claimed!.files).map((path) => [path, undefined]));
    await scribe.write({ ...claimed!, files: { ...claimed!.files, ...back } });
    await scribe.write({ author: "ant-1", files: litter });
    await scribe.write({ author: "ant-2", files: { ...back, ...lock } });
    await scribe.must("ant-1", { type: "claim", task: own });
    await expectRules(scribe, ["RE2", "LN7", "RE2"]);
  });
});

/** The files in a folder whose paths do not name this task. */
function texts(scribe: Scribe, folder: string, but: string): Record<string, string> {
  const git = (...args: string[]): string =>
    execFileSync("git", ["--git-dir", scribe.gitDir, ...args], { encoding: "utf8" });
  const paths = git("ls-tree", "-r", "--name-only", "main", folder).trimEnd().split("\n");
  const some = paths.filter((path) => !path.includes(but));
  return Object.fromEntries(some.map((path) => [path, git("show", `main:${path}`)]));
}

describe("[PA6] what a damaged tree has twice", () => {
  test("is cleared away by one commit, and by nothing else", async () => {
    const scribe = await founded();
    const git = (args: readonly string[], input: Uint8Array | string = ""): string =>
      execFileSync("git", ["--git-dir", scribe.gitDir, ...args], {
        input,
        encoding: "utf8",
      }).trim();
    const damaged = async (...twins: readonly string[]): Promise<void> => {
      const blobs = twins.map((text) => git(["hash-object", "-w", "--stdin"], text));
      const listing = git(["ls-tree", "main"]).split("\n");
      const sound = listing.filter((line) => !line.endsWith("\tzz.yaml"));
      const lines = [...sound, ...blobs.map((oid) => `100644 blob ${oid}\tzz.yaml`)];
      const tree = git(["mktree"], `${lines.join("\n")}\n`);
      await scribe.take(git(["commit-tree", tree, "-p", scribe.tip!, "-m", "x"]) as Oid);
    };
    await damaged("a\n", "b\n");
    await damaged("c\n", "d\n");
    await damaged("c\n", "d\n", "e\n");
    expect(git(["ls-tree", "main"]).match(/zz/g)).toHaveLength(3);
    await scribe.write({ author: "ant-1", files: { "zz.yaml": undefined } });
    expect(git(["ls-tree", "main"])).not.toContain("zz");
    await damaged("a\n", "b\n");
    await damaged("b\n");
    await restore(scribe);
    const { code } = await expectAgreement(scribe);
    expect(code).toBe(0);
  });
});
