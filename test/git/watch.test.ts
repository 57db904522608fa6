import fs from "node:fs";
import { mkdir, mkdtemp, realpath, rename, rm } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { gitWatch, type GitWatchOptions, type WatchTrouble } from "../../src/git/watch.ts";
import { tellsOfRefs } from "../../src/git/watched-path.ts";
import { git } from "../contract/clone.ts";
import { until } from "../support/until.ts";

/** A bare repository with two commits between which its refs are moved. */
async function repository(name = "origin.git") {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "mound-test-watch-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const gitDir = join(folder, name);
  const commits: string[] = [];
  const create = async () => {
    await git(gitDir, "init", "--quiet", "--bare", "--initial-branch=main", gitDir);
    const tree = await git(gitDir, "hash-object", "-t", "tree", "-w", "/dev/null");
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    // A repository that is made anew has commits of its own, dated in another second perhaps.
    commits.length = 0;
    for (const text of ["a", "b"])
      commits.push(await git(gitDir, ...identity, "commit-tree", "-m", text, tree));
  };
  // Each ref has turns of its own: git writes nothing where a ref is already there.
  const turns = new Map<string, number>();
  const point = async (ref = "refs/heads/main") => {
    const turn = (turns.get(ref) ?? 0) + 1;
    turns.set(ref, turn);
    await git(gitDir, "update-ref", ref, commits[turn % 2]!);
  };
  /** Keeps both commits from being pruned. */
  const keep = async () => {
    for (const [at, commit] of commits.entries())
      await git(gitDir, "update-ref", `refs/tags/${at}`, commit);
  };
  return { folder, gitDir, create, keep, point };
}

async function listen(options: GitWatchOptions) {
  const heard = { hints: 0, troubles: [] as WatchTrouble[] };
  const onTrouble = (trouble: WatchTrouble) => heard.troubles.push(trouble);
  const stop = await gitWatch({ ...options, onTrouble }).start(() => {
    heard.hints += 1;
  });
  onTestFinished(stop);
  return heard;
}

async function expectHint(heard: { readonly hints: number }, move: () => Promise<unknown>) {
  const before = heard.hints;
  await move();
  await until("a hint", () => heard.hints > before);
}

describe("a watch on git directories", () => {
  test("hears a git directory that is made later, and what moves in it then", async () => {
    const { gitDir, create, point } = await repository();
    const heard = await listen({ gitDirs: [gitDir], branch: "main" });
    await expectHint(heard, create);
    await expectHint(heard, point);
    await until("a hint of each move", async () => {
      const before = heard.hints;
      await point();
      return until("a hint", () => heard.hints > before, { withinMs: 500 });
    });
    expect(heard.troubles).toEqual([]);
  });

  test("hears on when refs are deleted and made again, and the whole directory too", async () => {
    const { gitDir, create, point } = await repository();
    await create();
    await point();
    const heard = await listen({ gitDirs: [gitDir] });
    for (let round = 0; round < 2; round += 1) {
      await expectHint(heard, () => rm(join(gitDir, "refs"), { recursive: true }));
      await mkdir(join(gitDir, "refs"));
      await expectHint(heard, point);
    }
    await rm(gitDir, { recursive: true });
    await expectHint(heard, create);
    await expectHint(heard, point);
    expect(heard.troubles).toEqual([]);
  });

  test("hears on when another directory is renamed into its place", async () => {
    const { folder, gitDir, create, point } = await repository();
    await create();
    const heard = await listen({ gitDirs: [gitDir] });
    await rename(gitDir, join(folder, "aside"));
    await expectHint(heard, create);
    await expectHint(heard, point);
    expect(heard.hints).toBeGreaterThanOrEqual(2);
  });

  test("hears on through gc and repack, and in folders that come and go with their refs", async () => {
    const { gitDir, create, keep, point } = await repository();
    await create();
    await keep();
    await point();
    const heard = await listen({ gitDirs: [gitDir] });
    for (let round = 0; round < 3; round += 1) {
      await expectHint(heard, () => point("refs/remotes/origin/deep/main"));
      await git(gitDir, "gc", "--quiet", "--prune=now");
      await git(gitDir, "repack", "-adq");
      await expectHint(heard, () =>
        git(gitDir, "update-ref", "-d", "refs/remotes/origin/deep/main"),
      );
      await expectHint(heard, point);
    }
    expect(heard.troubles).toEqual([]);
  });

  test("hears of a branch that is there in packed-refs alone, and goes", async () => {
    const { gitDir, create, point } = await repository();
    await create();
    await point();
    await git(gitDir, "pack-refs", "--all");
    const heard = await listen({ gitDirs: [gitDir], branch: "main" });
    await expectHint(heard, () => rm(join(gitDir, "packed-refs")));
    await expectHint(heard, point);
    expect(heard.troubles).toEqual([]);
  });

  test("of several directories each is heard", async () => {
    const [one, other] = [await repository(), await repository()];
    await one.create();
    await other.create();
    const heard = await listen({ gitDirs: [one.gitDir, other.gitDir], branch: "main" });
    await expectHint(heard, one.point);
    await expectHint(heard, other.point);
    expect(heard.hints).toBeGreaterThanOrEqual(2);
  });

  test.each(["ENOSPC", "EMFILE"])("at %s it polls, and says so once", async (code) => {
    const { gitDir, create, point } = await repository();
    await create();
    await point();
    exhaust(code);
    const heard = await listen({ gitDirs: [gitDir], branch: "main" });
    expect(heard.troubles).toEqual([{ code: "watch-polls", gitDir, detail: "no more watches" }]);
    await expectHint(heard, point);
    await git(gitDir, "pack-refs", "--all");
    await expectHint(heard, point);
    await expectHint(heard, point);
    expect(heard.troubles).toHaveLength(1);
  });
});

describe("the paths that tell of refs", () => {
  test.each([
    ["refs", true],
    ["refs/heads/main", true],
    ["refs/heads", true],
    ["refs/remotes/origin/main", true],
    ["refs/remotes/origin", true],
    ["refs/mound/line", true],
    ["refs\\heads\\main", true],
    ["refs/heads/main.lock", false],
    ["packed-refs", false],
    ["packed-refs.lock", false],
    ["refs/mound/presence", false],
    ["refs/mound/presence/ada", false],
    ["refs/heads/other", false],
    ["refs/heads/mainly", false],
    ["refs/remotes/origin/other", false],
    ["refs/tags/v1", false],
    ["HEAD", false],
    ["index.lock", false],
    ["objects/pack", false],
    ["", false],
  ])("of main, %j: %s", (path, expected) => {
    expect(tellsOfRefs(path, "main")).toBe(expected);
  });

  test("the folders on the way to a branch tell, and every branch does where none is named", () => {
    expect(tellsOfRefs("refs/heads/team", "team/a")).toBe(true);
    expect(tellsOfRefs("refs/heads/tea", "team/a")).toBe(false);
    expect(tellsOfRefs("refs/heads/other")).toBe(true);
    expect(tellsOfRefs("refs/tags/v1")).toBe(true);
  });
});

/** Until the test ends, the system has no watches left: `fs.watch` throws as it does then. */
function exhaust(code: string): void {
  const { watch } = fs;
  onTestFinished(() => {
    fs.watch = watch;
    syncBuiltinESMExports();
  });
  fs.watch = () => {
    throw Object.assign(new Error("no more watches"), { code });
  };
  syncBuiltinESMExports();
}
