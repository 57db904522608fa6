import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judgeClock } from "../../src/cli/doctor/clock.ts";
import type { ClonePatient } from "../../src/cli/doctor/finding.ts";
import { host } from "../../src/cli/doctor/host.ts";
import { foundedCli, testCli } from "../support/cli.ts";
import { diagnose } from "../support/diagnosis.ts";
import { pushStray } from "../support/plan.ts";

const MACHINE = ["git", "node", "ssh-keygen", "disk", "inotify", "keys"];

describe("a healthy mound", () => {
  test("has nothing but good news, one line for each check", async () => {
    const cli = await foundedCli();
    const { findings } = await diagnose(cli, "--as ant-1");
    // How full the disk is, and what else is being watched, is the machine's own affair.
    const sound = findings.filter(({ check }) => !/^(disk|inotify)$/.test(check));
    expect(sound.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(sound.every(({ fix, fixed }) => fix === null && !fixed)).toBe(true);
    for (const check of [...MACHINE, "agents", "clone", "remote", "origin", "line", "clock"])
      expect(findings.map((one) => one.check)).toContain(check);
    const text = await cli.ok("doctor --as ant-1", { cwd: "m" });
    const lines = text.out.trimEnd().split("\n");
    for (const { check, message } of sound.filter(
      (one) => one.check !== "remote" && one.check !== "clock",
    ))
      expect(lines).toContain(`ok    ${check.padEnd(10)} ${message}`);
    expect(lines[0]).toMatch(/^ok {4}git {8}git \d/);
    expect(lines.at(-1)).toMatch(/^This machine and .*m: /);
  });

  test("--fix changes nothing there", async () => {
    const cli = await foundedCli();
    const { findings } = await diagnose(cli, "--fix");
    expect(findings.filter(({ fixed }) => fixed)).toEqual([]);
  });
});

describe("outside of a mound", () => {
  test("a new user in an empty folder gets the checks of the machine", async () => {
    const cli = testCli();
    const { findings } = await diagnose(cli, "", { cwd: "." });
    expect(new Set(findings.map(({ check }) => check))).toEqual(new Set(MACHINE));
    expect(await cli.ok("doctor")).toMatchObject({ err: "" });
  });

  test("a clone whose notes are damaged is told as that", async () => {
    const cli = await foundedCli();
    cli.write("m/.git/mound/clone.json", "{ not json");
    const { code, of } = await diagnose(cli);
    expect(code).toBe(6);
    expect(of("clone")[0]?.message).toMatch(/clone\.json .* cannot be read/);
    expect(of("git")[0]?.level).toBe("ok");
  });

  test("a clone without its objects breaks checks, and every one is told", async () => {
    const cli = await foundedCli();
    rmSync(cli.path("m/.git/objects"), { recursive: true });
    rmSync(cli.path("m/.git/mound/origin.git/objects"), { recursive: true });
    rmSync(cli.path("m/.git/mound/cache"), { recursive: true });
    const { code, findings, of } = await diagnose(cli);
    expect(code).toBe(6);
    expect(of("line")[0]?.level).not.toBe("ok");
    expect(findings.length).toBeGreaterThan(MACHINE.length);
  });
});

describe("the line", () => {
  test("that was rewritten at the origin fails, with what is missing and how to put it back", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m task add One --as ant-1");
    const origin = "m/.git/mound/origin.git";
    cli.git(origin, "update-ref", "refs/heads/main", cli.git(origin, "rev-parse", "main~1").trim());
    const { code, of } = await diagnose(cli);
    expect(code).toBe(6);
    expect(of("line")).toMatchObject([
      {
        level: "fail",
        fix: "mound repair --force-line",
        message: expect.stringMatching(/no longer contains \d+ commit/),
      },
    ]);
    expect(of("line")[0]?.message).toContain("was rewritten");
  });

  test("with commits that nobody has judged here, or that were refused, is noted", async () => {
    const cli = await foundedCli();
    pushStray(cli);
    const before = await diagnose(cli);
    expect(before.of("line")).toMatchObject([{ level: "note", fix: "mound sync" }]);
    await cli.ok("-C m sync");
    const after = await diagnose(cli);
    expect(after.of("line")).toMatchObject([{ level: "note", fix: "mound status" }]);
    expect(after.of("line")[0]?.message).toContain("1 of 2 commits on the line were refused");
    expect(after.code).toBe(0);
  });

  test("with a commit from the future fails, and the clocks are compared", async () => {
    const cli = await foundedCli();
    const date = new Date(Date.now() + 3_600_000).toISOString();
    const origin = "m/.git/mound/origin.git";
    process.env["GIT_COMMITTER_DATE"] = date;
    try {
      const [tree, parent] = ["main^{tree}", "main"];
      const commit = cli.git(origin, "commit-tree", tree, "-p", parent, "-m", "from the future");
      cli.git(origin, "update-ref", "refs/heads/main", commit.trim());
    } finally {
      delete process.env["GIT_COMMITTER_DATE"];
    }
    const { code, of } = await diagnose(cli);
    expect(code).toBe(6);
    expect(of("line")).toMatchObject([{ level: "fail", fix: "mound sync" }]);
    expect(of("line")[0]?.message).toContain("ahead of this clock");
    expect(of("clock")[0]).toMatchObject({ level: "fail" });
    expect(of("clock")[0]?.message).toMatch(/at least (59 minutes|1 hour) behind that of Pat/);
  });

  test.each([
    [0, undefined],
    [60_000, undefined],
    [61_000, "warn"],
    [121_000, "fail"],
  ])("a clock %i ms behind, where 120 s are allowed: %s", (ahead, level) => {
    expect(judgeClock(ahead, 120_000, "ada")?.level).toBe(level);
  });
});

describe("the settings of the clone", () => {
  test.each(["pull.ff", "gpg.format", "gpg.ssh.allowedSignersFile"])(
    "%s is missed, and set by --fix",
    async (name) => {
      const cli = await foundedCli();
      const value = cli.git("m", "config", name).trim();
      cli.git("m", "config", "--unset", name);
      const [finding] = (await diagnose(cli)).of("clone");
      expect(finding).toMatchObject({ level: "warn", fixed: false });
      expect(finding?.fix).toBe(`git -C ${cli.path("m")} config ${name} ${value}`);
      expect((await diagnose(cli, "--fix")).of("clone")).toMatchObject([{ fixed: true }]);
      expect(cli.git("m", "config", name).trim()).toBe(value);
      expect((await diagnose(cli)).of("clone")).toMatchObject([{ level: "ok" }]);
    },
  );

  test("a list of signers that is gone is written by the command that it names", async () => {
    const cli = await foundedCli();
    rmSync(cli.path("m/.git/mound/allowed_signers"));
    const [finding] = (await diagnose(cli)).of("clone");
    expect(finding?.level).toBe("warn");
    await cli.ok(finding!.fix!.replace("mound ", ""));
    expect((await diagnose(cli)).of("clone")).toMatchObject([{ level: "ok" }]);
  });

  test("a shallow clone fails, a partial one is warned of", async () => {
    const cli = await foundedCli();
    writeFileSync(cli.path("m/.git/shallow"), `${"1".repeat(40)}\n`);
    cli.git("m", "config", "remote.origin.promisor", "true");
    const levels = (await diagnose(cli)).of("clone").map(({ level }) => level);
    expect(levels).toEqual(["fail", "warn"]);
  });
});

describe("the origin", () => {
  test("that is gone fails, with what shows more", async () => {
    const cli = testCli();
    cli.git(".", "init", "--quiet", "--bare", "--initial-branch=main", "o.git");
    await cli.ok(`init m --remote ${cli.path("o.git")} --as ant-1`);
    rmSync(cli.path("o.git"), { recursive: true });
    const { code, of } = await diagnose(cli);
    expect(code).toBe(6);
    expect(of("remote")).toMatchObject([
      { level: "fail", fix: `git ls-remote ${cli.path("o.git")}` },
    ]);
    expect(of("line")).toMatchObject([{ level: "ok" }]);
  });

  test("on this machine gets the command for each setting, and is not changed unasked", async () => {
    const cli = testCli();
    cli.git(".", "init", "--quiet", "--bare", "--initial-branch=main", "o.git");
    await cli.ok(`init m --remote ${cli.path("o.git")} --as ant-1`);
    const { code, of } = await diagnose(cli, "--fix");
    expect(code).toBe(0);
    expect(of("origin").every(({ fixed }) => !fixed)).toBe(true);
    expect(of("origin").map(({ level }) => level)).toContain("warn");
    for (const { fix } of of("origin")) cli.git(".", ...fix!.split(" ").slice(1));
    expect((await diagnose(cli)).of("origin")).toMatchObject([{ level: "ok" }]);
  });

  test("inside the clone is Mound's own, and mended by --fix", async () => {
    const cli = await foundedCli();
    cli.git("m/.git/mound/origin.git", "config", "--unset", "receive.denyDeletes");
    expect((await diagnose(cli)).of("origin")).toMatchObject([{ level: "warn", fixed: false }]);
    expect((await diagnose(cli, "--fix")).of("origin")).toMatchObject([{ fixed: true }]);
    expect((await diagnose(cli)).of("origin")).toMatchObject([{ level: "ok" }]);
  });

  test.each([
    ["https://github.com/team/plan.git", 2, /GitHub recommends at most 6 pushes a minute/],
    ["git@github.com:team/plan.git", 2, /GitHub recommends at most 6 pushes a minute/],
    ["ssh://git@git.example.org:22/plan.git", 1, /whether git\.example\.org refuses forced/],
    ["https://ada:s3cret@git.example.org/plan.git", 2, /holds a password/],
  ])("on a host, %s: what cannot be seen is said", async (origin, count, words) => {
    const clone = { settings: { version: 1, id: "", branch: "main", origin } };
    const said = await host({ clone } as unknown as ClonePatient);
    expect(said).toHaveLength(count);
    expect(said.map(({ message }) => message).join("\n")).toMatch(words);
    expect(JSON.stringify(said)).not.toContain("s3cret");
  });
});
