import { chmodSync, mkdirSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { judgeSpace } from "../../src/cli/doctor/disk.ts";
import { judgeInotify } from "../../src/cli/doctor/inotify.ts";
import { type Cli, foundedCli, testCli } from "../support/cli.ts";
import { diagnoseBuilt } from "../support/diagnosis.ts";

const MIB = 1024 * 1024;

/** A PATH with nothing but what the test puts there: a program's name, and its script. */
function place(cli: Cli, programs: Readonly<Record<string, string>>) {
  const folder = cli.path("bin");
  mkdirSync(folder);
  for (const [name, script] of Object.entries(programs)) {
    cli.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(cli.path("bin", name), 0o755);
  }
  return { cwd: cli.folder, environment: { ...cli.environment, PATH: folder } };
}

describe("the programs", () => {
  test("where there is no git and no OpenSSH, both are told", async () => {
    const { code, of } = await diagnoseBuilt(place(testCli(), {}));
    expect(code).toBe(6);
    expect(of("git")).toMatchObject([{ level: "fail", fix: "git --version" }]);
    expect(of("git")[0]?.message).toContain("There is no git on the PATH");
    expect(of("ssh-keygen")).toMatchObject([{ level: "warn" }]);
    expect(of("node")).toMatchObject([{ level: "ok" }]);
  });

  test.each([
    ["2.33.9", "fail"],
    ["2.34.1", "ok"],
    ["nonsense", "fail"],
  ])("git %s: %s", async (version, level) => {
    const cli = testCli();
    const { of } = await diagnoseBuilt(place(cli, { git: `echo git version ${version}` }));
    expect(of("git")).toMatchObject([{ level }]);
    expect(of("git")[0]?.message).toContain(level === "ok" ? cli.path("bin/git") : "2.34");
  });

  test("a file that nobody may execute is no program", async () => {
    const cli = testCli();
    const where = place(cli, { "ssh-keygen": "exit 0" });
    chmodSync(cli.path("bin/ssh-keygen"), 0o644);
    expect((await diagnoseBuilt(where)).of("ssh-keygen")).toMatchObject([{ level: "warn" }]);
  });
});

describe("a remote that takes connections and never answers", () => {
  test("fails in bounded time, and leaves the other checks alone", async () => {
    const cli = await foundedCli();
    const url = await silentServer();
    const notes = JSON.parse(cli.read("m/.git/mound/clone.json")) as object;
    cli.write("m/.git/mound/clone.json", JSON.stringify({ ...notes, origin: url }));
    const start = performance.now();
    const { code, of } = await diagnoseBuilt({ cwd: cli.path("m"), environment: cli.environment });
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(code).toBe(6);
    expect(of("remote")).toMatchObject([{ level: "fail", fix: `git ls-remote ${url}` }]);
    expect(of("remote")[0]?.message).toContain("no answer in time");
    expect(of("clone")).toMatchObject([{ level: "ok" }]);
  });
});

describe("the disk", () => {
  test.each([
    [1_000 * MIB, 1_000_000, undefined],
    [1_000 * MIB, undefined, undefined],
    [400 * MIB, 1_000_000, "warn"],
    [10 * MIB, 1_000_000, "fail"],
    [1_000 * MIB, 50, "warn"],
  ])("with %i bytes and %s files left: %s", (free, inodes, level) => {
    const said = judgeSpace("/srv/my mound", free, inodes);
    expect(said?.level).toBe(level);
    expect(said?.fix ?? "df '/srv/my mound'").toMatch(/^df .*'\/srv\/my mound'$/);
  });
});

describe("inotify", () => {
  test("is warned of when four fifths of a limit are in use", () => {
    const limits = { instances: 128, watches: 8_192 };
    expect(judgeInotify({ instances: 100, watches: 6_000 }, limits)).toEqual([]);
    expect(judgeInotify({ instances: 120, watches: 8_000 }, limits)).toMatchObject([
      { level: "warn", fix: "sudo sysctl fs.inotify.max_user_instances=512" },
      { level: "warn", fix: "sudo sysctl fs.inotify.max_user_watches=32768" },
    ]);
  });
});

/** The git URL of a server that reads and says nothing. */
async function silentServer(): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    sockets.push(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return `git://127.0.0.1:${(server.address() as AddressInfo).port}/plan.git`;
}
