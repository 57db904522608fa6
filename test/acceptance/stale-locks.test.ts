import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitRemote } from "../../src/git/remote.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { git } from "../contract/clone.ts";
import { mound } from "../support/command.ts";
import { until } from "../support/until.ts";
import { cloneFor, foundSite, testFolder } from "../support/site.ts";

/** Some seconds on a machine that has other work; a lock that is waited for in vain costs a minute. */
const AT_ONCE_MS = 15_000;

async function leave(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "");
}

describe("a lock that a killed git left", () => {
  test.each([
    ["refs/mound/line.lock", ["next", "--claim"]],
    ["refs/mound/fetched.lock", ["sync"]],
    ["refs/heads/main.lock", ["next", "--claim"]],
    ["HEAD.lock", ["next", "--claim"]],
  ])("in a clone stops no command, and goes: %s", async (name, args) => {
    const site = await foundSite({ agents: ["ant"], tasks: 2 });
    const ant = await cloneFor(site, "ant");
    // Something to fetch: a ref that stays where it is needs no lock.
    const { cwd } = await cloneFor(site, "elsewhere");
    expect(await mound({ ...ant, cwd }, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
    const lock = join(ant.cwd, ".git", name);
    await leave(lock);
    const start = performance.now();
    expect(await mound(ant, ...args)).toMatchObject({ code: 0 });
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS);
    expect(existsSync(lock)).toBe(false);
  });

  test("or a person's git still holds, on the index, is left alone and stops no command", async () => {
    const site = await foundSite({ agents: ["ant"], tasks: 2 });
    const ant = await cloneFor(site, "ant");
    const lock = join(ant.cwd, ".git/index.lock");
    await leave(lock);
    expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
    expect(existsSync(lock)).toBe(true);
    await rm(lock);
    expect(await mound(ant, "claim", site.tasks[1]!)).toMatchObject({ code: 0 });
    expect(await git(join(ant.cwd, ".git"), "--work-tree", ant.cwd, "status", "--porcelain")).toBe(
      "",
    );
  });

  test.each(["refs/heads/main.lock", "HEAD.lock"])(
    "in an origin on this machine goes when it has outlived its owner: %s",
    async (name) => {
      const { origin, old, next } = await twoCommits();
      const lock = join(origin, name);
      await leave(lock);
      const remote = gitRemote({
        gitDir: origin,
        url: origin,
        branch: "main",
        originLockStaleMs: 300,
      });
      expect(await remote.push(next, old)).toMatchObject({ kind: "refused", why: "contended" });
      expect(existsSync(lock)).toBe(true);
      await until(
        "the push to go through",
        async () => (await remote.push(next, old)).kind === "done",
      );
      expect(existsSync(lock)).toBe(false);
      expect(await git(origin, "rev-parse", "main")).toBe(next);
    },
  );

  test("is not taken for the lock of a living git that comes and goes at the same place", async () => {
    const { origin, old, next } = await twoCommits();
    const lock = join(origin, "refs/heads/main.lock");
    const remote = gitRemote({ gitDir: origin, url: origin, branch: "main", originLockStaleMs: 1 });
    for (let turn = 0; turn < 3; turn += 1) {
      await rm(lock, { force: true });
      await leave(lock);
      expect(await remote.push(next, old)).toMatchObject({ kind: "refused", why: "contended" });
      expect(existsSync(lock)).toBe(true);
    }
  });
});

/** A repository whose branch is at `old`, and that has `next` to move to. */
async function twoCommits(): Promise<{ origin: string; old: Oid; next: Oid }> {
  const origin = join(await testFolder(), "origin.git");
  await git(origin, "init", "--quiet", "--bare", "--initial-branch=main", origin);
  const tree = await git(origin, "hash-object", "-t", "tree", "-w", "/dev/null");
  const commit = (...rest: readonly string[]): Promise<string> =>
    git(
      origin,
      "-c",
      "user.name=ant",
      "-c",
      "user.email=ant@example.invalid",
      "commit-tree",
      tree,
      ...rest,
    );
  const old = (await commit("-m", "old")) as Oid;
  const next = (await commit("-m", "next", "-p", old)) as Oid;
  await git(origin, "update-ref", "refs/heads/main", old);
  return { origin, old, next };
}
