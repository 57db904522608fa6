import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ciOption } from "../../src/cli/setup/ci.ts";
import { type Cli, foundedCli, testCli } from "../support/cli.ts";
import { diagnose } from "../support/diagnosis.ts";
import { live } from "../support/live.ts";

const WORKFLOW = ".github/workflows/audit.yml";
const PROGRAM = join(import.meta.dirname, "../../dist/audit.mjs");

describe("mound init", () => {
  test("lays down the outsider's check, and no CI where nobody asked for it", async () => {
    const cli = await foundedCli();
    const laid = cli.git("m", "ls-tree", "-r", "--name-only", "HEAD").split("\n");
    expect(laid).toContain(".mound/verify.sh");
    expect(laid.filter((path) => /^\.(github|gitlab|forgejo)|audit/.test(path))).toEqual([]);
    expect(cli.git("m", "ls-tree", "HEAD", ".mound/verify.sh")).toMatch(/^100644 /);
    cli.git(".", "clone", "--quiet", "m", "plain");
    const check = ["-C", cli.path("plain"), "--id", cli.read("m", ".mound/id").trim()];
    const said = execFileSync("sh", [cli.path("plain/.mound/verify.sh"), ...check], {
      encoding: "utf8",
    });
    expect(said).toMatch(/^1 commits, 1 accepted, 0 refused .*\n$/);
  });

  test("--ci lays down an audit for each host, and the audit itself, in the first commit", async () => {
    const cli = testCli();
    await cli.ok("init m --as ant-1 --ci github --ci gitlab --ci forgejo --branch plan/main");
    expect(cli.git("m", "rev-list", "--count", "HEAD").trim()).toBe("1");
    for (const path of [WORKFLOW, ".gitlab-ci.yml", ".forgejo/workflows/audit.yml"]) {
      const text = cli.read("m", path);
      expect(text).not.toMatch(/\{\{[a-z]/);
      expect(text).toContain(cli.git("m", "rev-parse", "HEAD:.mound/audit.mjs").trim());
      expect(parse(text)).toBeTypeOf("object");
    }
    expect(parse(cli.read("m", WORKFLOW)).on.push.branches).toEqual(["plan/main"]);
    const program = readFileSync(PROGRAM);
    expect(cli.read("m", ".mound/audit.mjs")).toBe(program.toString());
    expect(cli.read("m", WORKFLOW)).toContain(createHash("sha256").update(program).digest("hex"));
    expect(await cli.run("-C m audit --as ant-1")).toMatchObject({ code: 0 });
    expect(cli.git("m", "status", "--porcelain")).toBe("");
  });

  test.each([
    ["https://github.com/team/plan.git", ["github"]],
    ["https://user@github.com/team/plan", ["github"]],
    ["git@github.com:team/plan.git", ["github"]],
    ["ssh://git@ssh.github.com:443/team/plan.git", ["github"]],
    ["https://github.com.example.org/team/plan.git", []],
    ["https://example.org/github.com/plan.git", []],
    ["git@gitlab.com:team/plan.git", []],
    ["/srv/github.com/plan.git", []],
    [undefined, []],
  ])("an origin at %s brings the CI of %j by itself, and none where none is said", (url, hosts) => {
    expect(ciOption(undefined, url)).toEqual(hosts);
    expect(ciOption(["none"], url)).toEqual([]);
    expect(ciOption(["gitlab", "gitlab"], url)).toEqual(["gitlab"]);
  });

  test("an unknown host, or a branch that is no plain word, is a usage error before anything is made", async () => {
    const cli = testCli();
    const unknown = await cli.run("init m --as ant-1 --ci jenkins");
    expect(unknown).toMatchObject({ code: 2, out: "" });
    expect(unknown.err).toContain('no audit for the CI of "jenkins"');
    expect(unknown.err).toContain("github, gitlab, forgejo");
    const both = await cli.run("init m --as ant-1 --ci none --ci github");
    expect(both.code).toBe(2);
    const odd = await cli.run([
      "init",
      "m",
      "--as",
      "ant-1",
      "--ci",
      "github",
      "--branch",
      'a"b$c',
    ]);
    expect(odd).toMatchObject({ code: 2, out: "" });
    await expect(cli.ok("-C m status")).rejects.toThrow();
  });
});

describe("mound ci", () => {
  test("brings CI to a mound that is there: one commit of a root, and none the second time", async () => {
    const cli = await foundedCli();
    const laid = await cli.ok("-C m ci github forgejo --as ant-1 --json");
    expect(laid.json.data).toMatchObject({ hosts: ["github", "forgejo"], already: false });
    expect(laid.json.data.files).toContain(WORKFLOW);
    expect(laid.json.data.commit).toBe(cli.git("m", "rev-parse", "HEAD").trim());
    const again = await cli.ok("-C m ci github --as ant-1 --json");
    expect(again.json.data).toMatchObject({ already: true, commit: null });
    expect(cli.git("m", "rev-list", "--count", "HEAD").trim()).toBe("2");
    expect(await cli.run("-C m audit")).toMatchObject({ code: 0 });
  });

  test("renews what an older version has laid down", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m ci github --as ant-1");
    const before = cli.read("m", WORKFLOW);
    cli.write(`m/${WORKFLOW}`, "name: old\n");
    await commitByHand(cli);
    expect((await diagnose(cli)).of("ci")).toMatchObject([
      { level: "note", message: expect.stringContaining(`by hand: ${WORKFLOW}.`) },
    ]);
    await cli.ok("-C m ci github --as ant-1");
    expect(cli.git("m", "show", `HEAD:${WORKFLOW}`)).toBe(before);
  });

  test("is looked at by the doctor, who says what is missing of it, and nothing where it never was", async () => {
    const cli = await foundedCli();
    expect((await diagnose(cli)).of("ci")).toEqual([]);
    await cli.ok("-C m ci forgejo --as ant-1");
    expect((await diagnose(cli)).of("ci")).toMatchObject([{ level: "ok", fix: null }]);
    rmSync(cli.path("m", ".forgejo/workflows/audit.yml"));
    await commitByHand(cli);
    const [found] = (await diagnose(cli)).of("ci");
    expect(found).toMatchObject({ level: "warn", fix: "mound ci github" });
    await cli.ok("-C m ci github --as ant-1");
    expect((await diagnose(cli)).of("ci")).toMatchObject([{ level: "ok" }]);
  });

  test("is a root's alone; nothing is pushed for anyone else", async () => {
    const cli = await foundedCli();
    await cli.ok("-C m join --as ant-2");
    const refused = await cli.run("-C m ci github --as ant-2 --json");
    expect(refused.code).toBe(4);
    expect(refused.json.error.code).toBe("furniture");
    expect(cli.git("m", "ls-tree", "-r", "--name-only", "HEAD")).not.toContain(WORKFLOW);
    expect((await cli.run("-C m ci jenkins --as ant-1")).code).toBe(2);
    expect((await cli.run("-C m ci --as ant-1")).code).toBe(2);
  });

  test("goes past a daemon, whose commits are not its author's", async () => {
    const cli = await foundedCli();
    const daemon = live({ cwd: cli.path("m"), environment: cli.environment }, "watch");
    const ready = new Promise((resolve) => daemon.child.stdout!.once("data", resolve));
    await ready;
    await cli.ok("-C m ci github --as ant-1");
    expect(cli.git("m", "log", "-1", "--format=%an %cn").trim()).toBe("ant-1 ant-1");
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  });
});

/** Commits what stands in the working tree, with stock git, as the root. */
async function commitByHand(cli: Cli): Promise<void> {
  const ids = ["-c", "user.name=ant-1", "-c", "gpg.format=ssh"];
  const key = ["-c", `user.signingKey=${cli.keyFile("ant-1")}`];
  cli.git("m", ...ids, ...key, "commit", "--quiet", "-S", "-a", "-m", "by hand");
  cli.git("m", "push", "--quiet", "origin", "HEAD");
  await cli.ok("-C m sync");
}
