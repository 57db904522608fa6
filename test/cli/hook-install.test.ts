import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { foundedCli, testCli } from "../support/cli.ts";
import { mound } from "../support/command.ts";
import { hook } from "../support/hook.ts";
import { bare, codeRepository } from "../support/repositories.ts";
import { foundSite } from "../support/site.ts";

describe("mound hook install", () => {
  test("says what is judged from now on, and sets what guards the branch", async () => {
    const cli = testCli();
    bare(cli, "o.git");
    const installed = await cli.ok("hook install o.git --json");
    expect(installed.json.data).toMatchObject({ branch: "main", beside: false, commits: 0 });
    expect(cli.git("o.git", "config", "receive.denyNonFastForwards")).toBe("true\n");
    expect(cli.git("o.git", "config", "core.fsync")).toBe("committed\n");
    expect(cli.read("o.git/hooks/pre-receive")).toMatch(
      /^exec "\$node" "\$judge" hook pre-receive$/m,
    );
    // Again, for a newer build: the judge replaces itself.
    await cli.ok("hook install o.git");
    const removed = await cli.ok("hook remove o.git");
    expect(removed.out).toContain("not judged any more");
    expect(existsSync(cli.path("o.git/hooks/pre-receive"))).toBe(false);
    expect(await cli.run("hook remove o.git")).toMatchObject({ code: 3 });
  });

  test("beside code it guards the one branch, and leaves the rules of the others alone", async () => {
    const cli = testCli();
    codeRepository(cli, true);
    expect(await cli.run("hook install code.git --json")).toMatchObject({ code: 2 });
    await cli.ok("hook install code.git --branch mound");
    expect(cli.git("code.git", "config", "mound.branch")).toBe("mound\n");
    expect(() => cli.git("code.git", "config", "receive.denyDeletes")).toThrow();
    cli.write("code/src.txt", "better\n");
    cli.git("code", "commit", "--quiet", "-a", "-m", "Better");
    cli.git("code", "push", "--quiet", "origin", "main", "main:refs/heads/other");
    cli.git("code", "tag", "v1");
    cli.git("code", "push", "--quiet", "origin", "v1", ":refs/heads/other");
    expect(() => cli.git("code", "push", "--quiet", "origin", "main:mound")).toThrow(
      /LN10|refused/,
    );
    await cli.ok("init --in code --as ant-1");
    expect(cli.git("code.git", "log", "--format=%s", "mound")).toMatch(/found|init/i);
  });

  test.each([
    ["a folder that is not there", "nowhere", 2],
    ["a folder that is no repository", "plain", 2],
    ["a repository with a working tree", "work", 2],
    ["its git directory", "work/.git", 2],
    ["a repository that names objects by sha256", "long.git", 2],
  ])("refuses %s", async (_what, name, code) => {
    const cli = testCli();
    mkdirSync(cli.path("plain"));
    cli.git(".", "init", "--quiet", "work");
    cli.git(".", "init", "--quiet", "--bare", "--object-format=sha256", "long.git");
    const ran = await cli.run(`hook install ${name} --json`);
    expect(ran.code).toBe(code);
    expect(ran.json.error.fix).not.toBe("");
  });

  test("leaves a hook of another alone, and keeps a copy where it is told to replace it", async () => {
    const cli = testCli();
    bare(cli, "o.git");
    await hook(cli.path("o.git"), "pre-receive", "exit 0");
    const refused = await cli.run("hook install o.git --json");
    expect(refused).toMatchObject({ code: 4, json: { error: { code: "hook-taken" } } });
    await cli.ok("hook install o.git --force");
    expect(cli.read("o.git/hooks/pre-receive.before-mound")).toContain("exit 0");
    await cli.ok("hook remove o.git");
    expect(cli.read("o.git/hooks/pre-receive")).toContain("exit 0");
  });

  test("goes where a host has its own folder for hooks", async () => {
    const cli = testCli();
    bare(cli, "gitea.git");
    await hook(
      cli.path("gitea.git"),
      "pre-receive",
      'for h in hooks/pre-receive.d/*; do "$h"; done',
    );
    mkdirSync(cli.path("gitea.git/hooks/pre-receive.d"));
    await cli.ok("hook install gitea.git");
    expect(cli.read("gitea.git/hooks/pre-receive.d/mound")).toContain("mound-judge");
    bare(cli, "gitlab.git");
    mkdirSync(cli.path("gitlab.git/custom_hooks"));
    await cli.ok("hook install gitlab.git");
    expect(cli.read("gitlab.git/custom_hooks/pre-receive.d/mound")).toContain("mound-judge");
  });
});

test("mound doctor tells of an origin without a judge, of one that is gone, and puts one back", async () => {
  const cli = await foundedCli();
  const path = cli.path("m/.git/mound/origin.git/hooks/pre-receive");
  const judge = readFileSync(path, "utf8");
  rmSync(path);
  expect((await cli.run("-C m doctor")).out).toContain("is not judged at its door");
  await cli.ok("-C m doctor --fix");
  expect(readFileSync(path, "utf8")).toBe(judge);
  writeFileSync(path, judge.replace(/^judge='.*'$/m, "judge='/gone'"));
  expect(await cli.run("-C m doctor")).toMatchObject({ code: 6 });
  writeFileSync(path, judge.replace(/^# mound-judge .*$/m, "# mound-judge 0123456789ab"));
  expect((await cli.ok("-C m doctor")).out).toContain("another build (0123456789ab)");
});

test("a site that gets a judge late: what is there is judged at once", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 2 });
  const installed = await mound(
    { cwd: site.dir, environment: site.environment },
    "hook",
    "install",
    site.origin,
  );
  expect(installed.json?.data).toMatchObject({ commits: site.founding, refused: 0 });
});
