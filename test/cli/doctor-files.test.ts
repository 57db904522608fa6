import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Cli, foundedCli, testCli } from "../support/cli.ts";
import { mound, type Place } from "../support/command.ts";
import { diagnose, diagnoseBuilt } from "../support/diagnosis.ts";
import { FileJournal } from "../../src/git/journal.ts";
import type { AgentId, Nonce } from "../../src/protocol/ids.ts";

const HOUR_MS = 3_600_000;

/** Writes a file that looks as if it was left so long ago. */
function leave(cli: Cli, path: string, ageMs: number, content = ""): string {
  const full = cli.write(path, content);
  const time = new Date(Date.now() - ageMs);
  utimesSync(full, time, time);
  return full;
}

function place(cli: Cli): Place {
  return { cwd: cli.path("m"), environment: cli.environment };
}

/** By a process that has ended: this one keeps gits for its own mounds. */
async function foundedElsewhere(): Promise<Cli> {
  const cli = testCli();
  const folder: Place = { cwd: cli.folder, environment: cli.environment };
  expect(await mound(folder, "init", "m", "--as", "ant-1")).toMatchObject({ code: 0 });
  return cli;
}

async function started(child: ChildProcess): Promise<ChildProcess> {
  onTestFinished(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  await once(child.stdout!, "data");
  return child;
}

describe("locks", () => {
  test("old and without an owner are taken away by --fix, in the clone and in its origin", async () => {
    const cli = await foundedCli();
    const paths = [
      "m/.git/index.lock",
      "m/.git/refs/mound/line.lock",
      "m/.git/mound/origin.git/refs/heads/main.lock",
    ].map((path) => leave(cli, path, HOUR_MS));
    const before = await diagnose(cli);
    expect(before.code).toBe(6);
    expect(
      before
        .of("locks")
        .map(({ fix }) => String(fix))
        .toSorted(),
    ).toEqual(paths.map((path) => `rm ${path}`).toSorted());
    expect(paths.every((path) => existsSync(path))).toBe(true);
    const fixed = await diagnose(cli, "--fix");
    expect(fixed.code).toBe(0);
    expect(fixed.of("locks").map((one) => one.fixed)).toEqual([true, true, true]);
    expect(paths.some((path) => existsSync(path))).toBe(false);
    expect((await diagnose(cli)).of("locks")).toMatchObject([{ level: "ok" }]);
  });

  test("that are young are left alone", async () => {
    const cli = await foundedCli();
    const path = leave(cli, "m/.git/index.lock", 60_000);
    expect((await diagnose(cli, "--fix")).of("locks")).toMatchObject([
      { level: "note", fixed: false },
    ]);
    expect(existsSync(path)).toBe(true);
  });

  test("that a living process has open are left alone, however old", async () => {
    const cli = await foundedElsewhere();
    const path = leave(cli, "m/.git/index.lock", 100 * HOUR_MS);
    const code =
      'require("fs").openSync(process.argv[1]); console.log("open"); process.stdin.on("data", () => {});';
    const owner = await started(spawn(process.execPath, ["-e", code, path]));
    const held = await diagnoseBuilt(place(cli), "--fix");
    expect(held.of("locks")).toMatchObject([{ level: "note", fixed: false }]);
    expect(held.of("locks")[0]?.message).toContain(`process ${owner.pid} has it open`);
    expect(existsSync(path)).toBe(true);
    owner.kill("SIGKILL");
    await once(owner, "exit");
    expect((await diagnoseBuilt(place(cli), "--fix")).of("locks")).toMatchObject([{ fixed: true }]);
    expect(existsSync(path)).toBe(false);
  });

  test("of a repository in which a git is at work are left alone: it may have closed the file", async () => {
    const cli = await foundedElsewhere();
    const path = leave(cli, "m/.git/index.lock", HOUR_MS);
    const child = spawn("git", ["update-ref", "--stdin"], { cwd: cli.path("m") });
    child.stdin.write("start\n");
    const git = await started(child);
    const held = await diagnoseBuilt(place(cli), "--fix");
    expect(held.of("locks")[0]?.message).toContain(`process ${git.pid} is a git at work`);
    expect(existsSync(path)).toBe(true);
  });
});

describe("what was not finished", () => {
  test("is taken away by --fix once it is a day old", async () => {
    const cli = await foundedCli();
    const old = [
      "m/.git/mound/clone.json.4711",
      "m/.git/objects/ab/tmp_obj_x1",
      "m/.git/mound/journal/x.json.tmp",
    ].map((path) => leave(cli, path, 25 * HOUR_MS));
    const young = leave(cli, "m/.git/objects/ab/tmp_obj_x2", HOUR_MS);
    expect((await diagnose(cli)).of("leftovers")).toMatchObject([{ level: "note", fixed: false }]);
    expect((await diagnose(cli, "--fix")).of("leftovers")).toMatchObject([{ fixed: true }]);
    expect([...old, young].map((path) => existsSync(path))).toEqual([false, false, false, true]);
    expect((await diagnose(cli)).of("leftovers")).toMatchObject([{ level: "ok" }]);
  });

  test("an operation whose process died is noted with what finds out", async () => {
    const cli = await foundedCli();
    const gone = spawn(process.execPath, ["-e", ""]);
    await once(gone, "exit");
    const journal = new FileJournal(join(cli.folder, "m/.git/mound/journal"), gone.pid);
    const nonce = "a".repeat(16) as Nonce;
    const agent = "ant-1" as AgentId;
    await journal.begin([{ nonce, agent, summary: "add Fix", at: Date.now() }]);
    const [finding] = (await diagnose(cli)).of("journal");
    expect(finding).toMatchObject({ level: "note", fix: "mound sync" });
    expect(finding?.message).toContain("ant-1 (add Fix) was interrupted");
  });
});

describe("the cache", () => {
  test.each([
    ["cut off", (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ["garbage", (path: string) => writeFileSync(path, "garbage\n")],
  ])("that is %s is removed by --fix, and built again", async (_how, harm) => {
    const cli = await foundedCli();
    await cli.ok("-C m task add One --as ant-1");
    const caches = cli.path("m/.git/mound/cache");
    const folder = join(caches, readdirSync(caches)[0]!);
    harm(
      join(
        folder,
        readdirSync(folder).find((name) => name.startsWith("base-"))!,
      ),
    );
    expect((await diagnose(cli, "--fix")).of("cache")).toMatchObject([
      { level: "warn", fixed: true },
    ]);
    expect((await cli.ok("-C m status --json")).json.data.tasks.total).toBe(1);
    expect((await diagnose(cli)).of("cache")).toMatchObject([{ level: "ok" }]);
  });

  test("of a version that nobody uses any more is removed by --fix, of one in use it is not", async () => {
    const cli = await foundedCli();
    const caches = cli.path("m/.git/mound/cache");
    for (const [name, age] of [
      ["p1-old", 30 * 24 * HOUR_MS],
      ["p1-new", HOUR_MS],
    ] as const) {
      leave(cli, `m/.git/mound/cache/${name}/CURRENT`, age);
      const time = new Date(Date.now() - age);
      utimesSync(join(caches, name), time, time);
    }
    expect((await diagnose(cli)).of("cache")).toMatchObject([{ level: "note", fixed: false }]);
    expect((await diagnose(cli, "--fix")).of("cache")).toMatchObject([{ fixed: true }]);
    expect(existsSync(join(caches, "p1-old"))).toBe(false);
    expect(existsSync(join(caches, "p1-new"))).toBe(true);
    expect(readdirSync(caches)).toHaveLength(2);
  });
});

describe("keys", () => {
  test("that others can read fail, and are closed by --fix", async () => {
    const cli = await foundedCli();
    const key = cli.keyFile("ant-1");
    chmodSync(key, 0o644);
    chmodSync(dirname(key), 0o755);
    const before = await diagnose(cli);
    expect(before.code).toBe(6);
    expect(before.of("keys").map(({ level, fix }) => [level, fix])).toEqual([
      ["warn", `chmod 700 ${dirname(key)}`],
      ["fail", `chmod 600 ${key}`],
    ]);
    expect((await diagnose(cli, "--fix")).code).toBe(0);
    expect([key, dirname(key)].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
  });

  test("are asked for where an agent is named that has none", async () => {
    const cli = await foundedCli();
    const { code, of } = await diagnose(cli, "", { cwd: "m", env: { MOUND_AGENT: "ghost" } });
    expect(code).toBe(6);
    expect(of("agents")).toMatchObject([{ level: "fail", fix: "mound join --as ghost" }]);
    const odd = await diagnose(cli, "", { cwd: "m", env: { MOUND_AGENT: "No Name" } });
    expect(odd.of("agents")).toMatchObject([{ level: "fail", fix: "unset MOUND_AGENT" }]);
  });

  test("that are not the ones in force are told, and those of who has not joined", async () => {
    const cli = await foundedCli();
    const other = testCli();
    await other.ok("init m --as ant-1");
    rmSync(cli.keyFile("ant-1"));
    copyFileSync(other.keyFile("ant-1"), cli.keyFile("ant-1"));
    copyFileSync(other.keyFile("ant-1"), cli.keyFile("bee"));
    expect((await diagnose(cli)).of("agents")).toMatchObject([
      { level: "warn", fix: "mound agent show ant-1" },
      { level: "note", fix: "mound join --as bee" },
    ]);
  });

  test("with a passphrase and no ssh-agent are noted", async () => {
    const cli = await foundedCli();
    const args = ["-q", "-p", "-P", "", "-N", "secret", "-f", cli.keyFile("ant-1")];
    const child = spawn("ssh-keygen", args, { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([0, null]);
    const [finding] = (await diagnose(cli)).of("agents");
    expect(finding?.level).toBe("note");
    expect(finding?.message).toContain("no ssh-agent is running");
  });
});

describe("the daemon", () => {
  test("that listens is told, and one that was killed and left its socket", async () => {
    const cli = await foundedCli();
    const socket = cli.path("m/.git/mound/daemon/socket");
    mkdirSync(dirname(socket), { recursive: true });
    const server = createServer((client) => client.destroy());
    server.listen(socket);
    await once(server, "listening");
    expect((await diagnose(cli)).of("daemon")[0]?.message).toContain("A daemon listens");
    server.close();
    await once(server, "close");
    const code = `require("net").createServer().listen(process.argv[1], () => console.log("up"));`;
    const child = await started(spawn(process.execPath, ["-e", code, socket]));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await diagnose(cli)).of("daemon")).toMatchObject([
      { level: "note", fix: `mound -C ${cli.path("m")} watch` },
    ]);
  });
});
