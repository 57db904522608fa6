import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { GitError } from "../../src/git/fault.ts";
import { gitText, runGit } from "../../src/git/run.ts";
import { git } from "../contract/clone.ts";
import { until } from "../support/until.ts";
import { bareRepository, folder, hook, setEnvironment } from "./scratch.ts";

describe("runGit", () => {
  test("a non-zero exit is an answer", async () => {
    const output = await runGit(["rev-parse", "--verify", "nothing"], {
      gitDir: await bareRepository(),
    });
    expect(output).toMatchObject({
      exitCode: 128,
      timedOut: false,
      truncated: false,
      signal: undefined,
    });
    expect(output.stderr).toContain("Needed a single revision");
  });

  test("any bytes go in and come out", async () => {
    const gitDir = await bareRepository();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
    const name = await gitText(["hash-object", "-w", "--stdin"], { gitDir, input: bytes });
    const output = await runGit(["cat-file", "blob", name.trim()], { gitDir });
    expect(Buffer.from(output.stdout).equals(bytes)).toBe(true);
  });

  test("too much output ends the call", async () => {
    const gitDir = await bareRepository();
    const name = await gitText(["hash-object", "-w", "--stdin"], {
      gitDir,
      input: new Uint8Array(500_000),
    });
    const output = await runGit(["cat-file", "blob", name.trim()], { gitDir, maxBytes: 1_000 });
    expect(output.truncated).toBe(true);
    expect(output.stdout.length).toBeLessThanOrEqual(1_000);
  });

  test("what the caller's environment says does not redirect git", async () => {
    const gitDir = await bareRepository();
    const elsewhere = await bareRepository();
    const name = "GIT_CONFIG_PARAMETERS";
    setEnvironment({
      GIT_DIR: elsewhere,
      GIT_OBJECT_DIRECTORY: join(elsewhere, "objects"),
      GIT_TRACE: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "mound.planted",
      GIT_CONFIG_VALUE_0: "yes",
      [name]: "'mound.planted=yes'",
      LC_ALL: "de_DE.UTF-8",
    });
    const blob = (await gitText(["hash-object", "-w", "--stdin"], { gitDir, input: "x" })).trim();
    await readFile(join(gitDir, "objects", blob.slice(0, 2), blob.slice(2)));
    const output = await runGit(["config", "--get", "mound.planted"], { gitDir });
    expect(output).toMatchObject({ exitCode: 1, stderr: "" });
  });

  test("without git on the PATH the fault says so", async () => {
    setEnvironment({ PATH: await folder() });
    const error = await runGit(["--version"]).catch((thrown: unknown) => thrown);
    expect((error as GitError).fault).toEqual({ code: "git-missing" });
  });

  test("a folder that is not there is not taken for a missing git", async () => {
    const call = runGit(["--version"], { cwd: join(await folder(), "gone") });
    expect(await call.catch((error: unknown) => error)).not.toMatchObject({
      fault: { code: "git-missing" },
    });
  });

  test("when time is up, all that git started is ended too", async () => {
    const origin = await bareRepository();
    const gitDir = await bareRepository();
    const tree = await gitText(["mktree"], { gitDir, input: "" });
    const who = {
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a",
    };
    const args = ["commit-tree", "-m", "x", tree.trim()];
    const commit = (await gitText(args, { gitDir, environment: who })).trim();
    const pids = join(origin, "pids");
    await hook(origin, "pre-receive", `trap '' TERM\necho $$ >> ${pids}\nexec sleep 300`);
    const start = performance.now();
    const output = await runGit(["push", origin, `${commit}:refs/heads/main`], {
      gitDir,
      timeoutMs: 300,
    });
    expect(output).toMatchObject({ timedOut: true });
    expect(performance.now() - start).toBeLessThan(15_000);
    const pid = Number(await readFile(pids, "utf8"));
    await until("the hook has ended", () => !isRunning(pid));
    expect(await git(origin, "for-each-ref")).toBe("");
  });

  test("`gitText` throws what git said", async () => {
    const call = gitText(["rev-parse", "--verify", "nothing"], { gitDir: await bareRepository() });
    const fault = { code: "git-failed", command: "rev-parse", exitCode: 128 };
    expect(await call.catch((error: unknown) => error)).toMatchObject({ fault });
  });
});

describe("hooks", () => {
  test("a client's own hooks never run, an origin's always do", async () => {
    const origin = await bareRepository();
    const gitDir = await bareRepository();
    const tree = (await gitText(["mktree"], { gitDir, input: "" })).trim();
    const who = {
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a",
    };
    const commit = (
      await gitText(["commit-tree", "-m", "x", tree], { gitDir, environment: who })
    ).trim();
    const log = join(gitDir, "hooks-that-ran");
    for (const name of ["pre-push", "reference-transaction", "post-checkout"]) {
      await hook(gitDir, name, `echo ${name} >> ${log}`);
    }
    const originLog = join(origin, "hooks-that-ran");
    await hook(origin, "pre-receive", `echo pre-receive >> ${originLog}`);
    await hook(origin, "update", `echo update >> ${originLog}`);
    await hook(origin, "reference-transaction", `echo transaction $1 >> ${originLog}`);
    for (const url of [origin, `file://${origin}`]) {
      const name = url === origin ? "one" : "two";
      await gitText(["push", "--quiet", url, `${commit}:refs/heads/${name}`], { gitDir });
    }
    await gitText(["update-ref", "refs/mound/line", commit], { gitDir });
    const ran = (await readFile(originLog, "utf8")).trim().split("\n");
    const once = ["pre-receive", "update", "transaction prepared", "transaction committed"];
    expect(ran).toEqual([...once, ...once]);
    await expect(readFile(log)).rejects.toThrow("ENOENT");
  });
});

/** A process that has ended, but that nobody has waited for yet, does not run. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.includes("Z");
}
