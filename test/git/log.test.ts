import { describe, expect, test } from "vitest";
import { readLog } from "../../src/git/log.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { git } from "../contract/clone.ts";
import { bareRepository } from "./scratch.ts";

/** A line of commits in a bare repository, the oldest first: each a subject, an author and a path. */
async function line(
  ...commits: readonly {
    readonly subject: string;
    readonly author?: string;
    readonly path: string;
  }[]
) {
  const gitDir = await bareRepository();
  const oids: Oid[] = [];
  const paths: string[] = [];
  const blob = await git(gitDir, "hash-object", "-w", `${gitDir}/config`);
  for (const { subject, author = "ant-1", path } of commits) {
    paths.push(path);
    const index = paths.flatMap((name) => ["--cacheinfo", `100644,${blob},${name}`]);
    await git(gitDir, "update-index", "--add", ...index);
    const tree = (await git(gitDir, "write-tree")).trim();
    const parent = oids.length === 0 ? [] : ["-p", oids.at(-1)!];
    const made = await git(
      gitDir,
      "-c",
      `user.name=${author}`,
      "-c",
      "user.email=a@example.com",
      "commit-tree",
      tree,
      ...parent,
      "-m",
      subject,
    );
    oids.push(made.trim() as Oid);
  }
  return { gitDir, oids, tip: oids.at(-1)! };
}

describe("the log", () => {
  test("gives the newest first, at most as many as asked", async () => {
    const { gitDir, oids, tip } = await line(
      { subject: "one", path: "a/1" },
      { subject: "two", path: "b/2", author: "ant-2" },
      { subject: "three", path: "a/3" },
    );
    const entries = await readLog(gitDir, tip, { limit: 2 });
    expect(entries).toMatchObject([
      { commit: oids[2], author: "ant-1", subject: "three", files: [] },
      { commit: oids[1], author: "ant-2", subject: "two", files: [] },
    ]);
    expect(Math.abs(entries[0]!.time - Date.now())).toBeLessThan(60_000);
  });

  test("of a folder gives the commits that touch it, with what they touch, and no pattern counts", async () => {
    const { gitDir, oids, tip } = await line(
      { subject: "one", path: "a/1" },
      { subject: "two", path: "b/2" },
      { subject: "three", path: "a/x/3" },
    );
    expect(await readLog(gitDir, tip, { limit: 9, path: "a" })).toMatchObject([
      { commit: oids[2], files: ["a/x/3"] },
      { commit: oids[0], files: ["a/1"] },
    ]);
    expect(await readLog(gitDir, tip, { limit: 9, path: "*" })).toEqual([]);
  });

  test("takes hostile texts as they are, cut to 300 characters", async () => {
    const subject = `a\u001b[31m\u202e ${"long ".repeat(200)}`.trim();
    const { gitDir, tip } = await line({ subject, author: "\u009bx", path: "tasks/1" });
    const [entry] = await readLog(gitDir, tip, { limit: 1, path: "tasks" });
    expect(entry).toMatchObject({
      subject: subject.slice(0, 300),
      author: "\u009bx",
      files: ["tasks/1"],
    });
  });

  test("an unknown commit throws", async () => {
    const { gitDir } = await line({ subject: "one", path: "a" });
    await expect(readLog(gitDir, "0".repeat(40) as Oid, { limit: 1 })).rejects.toMatchObject({
      fault: { code: "git-failed" },
    });
  });
});
