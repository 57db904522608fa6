import { chmodSync, lstatSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { foundedCli, type Cli } from "../support/cli.ts";
import { pushPastJudge } from "../support/plan.ts";

const ORIGIN = ".git/mound/origin.git";

/** Commits a file with stock git in a clone of its own and pushes it; answers the commit. */
function damage(cli: Cli, path: string, text: string): string {
  cli.git(".", "clone", "--quiet", `m/${ORIGIN}`, "stranger");
  const out = cli.write(`stranger/${path}`, text);
  expect(out).toContain(path);
  cli.git("stranger", "add", "--", path);
  cli.git("stranger", "-c", "user.name=Mallory", "commit", "--quiet", "-m", "mine now");
  pushPastJudge(cli, "stranger");
  return cli.git("stranger", "rev-parse", "HEAD").trim();
}

test("nothing to repair is said in a sentence, and is no failure", async () => {
  const cli = await foundedCli();
  for (const line of ["-C m repair --as ant-1", "-C m repair --dry-run"]) {
    const ran = await cli.ok(line);
    expect(ran.out).toBe("Nothing to repair: every file on the line is as it was accepted.\n");
  }
});

test("what was broken, by whom and why, before and after it is mended", async () => {
  const cli = await foundedCli();
  const commit = damage(cli, "mound.yaml", "mine\n");
  const look = await cli.ok("-C m repair --dry-run");
  expect(look.out).toMatch(/^To write back: 1 path, left by 1 refused commit\.\n/);
  expect(look.out).toContain(`By Mallory in ${commit.slice(0, 9)}, `);
  expect(look.out).toMatch(/\[[A-Z]{2}\d+\]\n {2}good bytes {2}mound\.yaml\n/);
  expect(look.err).toContain("mound repair");
  const done = await cli.ok("-C m repair --as ant-1");
  expect(done.out).toMatch(/^Wrote back in the commit [0-9a-f]{9}: 1 path, left by 1 refused/);
  expect(cli.git("m", "show", "--stat", "--format=%an|%s", "HEAD")).toContain(
    "ant-1|repair 1 path left by 1 refused commit",
  );
  const events = await cli.ok("-C m events --since 2020-01-01T00:00:00Z --json");
  const types = events.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  expect(types.slice(-2)).toMatchObject([
    { type: "change.refused", commit },
    { type: "change.repaired", actor: "ant-1", refs: [commit] },
  ]);
  expect((await cli.ok("-C m repair --as ant-1")).out).toContain("Nothing to repair");
});

test("who is no member, or nobody, repairs nothing, but may look", async () => {
  const cli = await foundedCli();
  damage(cli, "junk.yaml", "junk\n");
  const tip = cli.git(`m/${ORIGIN}`, "rev-parse", "main");
  expect(await cli.run("-C m repair")).toMatchObject({ code: 2 });
  const stranger = await cli.as("other").run("-C m repair --as ant-2 --json");
  expect(stranger).toMatchObject({ code: 4 });
  expect(["not-a-member", "key-missing"]).toContain(stranger.json.error.code);
  expect((await cli.ok("-C m repair --dry-run --json")).json.data.paths).toBe(1);
  expect(cli.git(`m/${ORIGIN}`, "rev-parse", "main")).toBe(tip);
});

test("names that would drive a terminal are shown by their escapes", async () => {
  const cli = await foundedCli();
  damage(cli, "\u001b[2J\u202e.yaml", "junk\n");
  const look = await cli.ok("-C m repair --dry-run");
  expect(look.out).toContain("\\x1b[2J\\u{202e}.yaml");
  const said = await cli.ok("-C m repair --as ant-1 --json");
  expect(said.out).not.toMatch(/[\u001b\u202e]/);
  expect(said.json.data.undone[0].paths).toEqual([
    { path: "\u001b[2J\u202e.yaml", action: "removed" },
  ]);
});

test("files that a person's git has pulled come back, and a person's own edit stays", async () => {
  const cli = await foundedCli();
  const good = cli.read("m", "mound.yaml");
  damage(cli, "mound.yaml", "mine\n");
  cli.git("m", "pull", "--quiet", "origin", "main");
  expect(cli.read("m", "mound.yaml")).toBe("mine\n");
  await cli.ok("-C m repair --as ant-1");
  expect(cli.read("m", "mound.yaml")).toBe(good);
  expect(cli.git("m", "status", "--porcelain")).toBe("");

  cli.git("stranger", "pull", "--quiet", "origin", "main");
  writeFileSync(cli.path("stranger/mound.yaml"), "mine again\n");
  cli.git("stranger", "commit", "--quiet", "-am", "again");
  pushPastJudge(cli, "stranger");
  cli.git("m", "pull", "--quiet", "origin", "main");
  writeFileSync(cli.path("m/mound.yaml"), "my own edit\n");
  await cli.ok("-C m repair --as ant-1");
  expect(cli.read("m", "mound.yaml")).toBe("my own edit\n");
  expect(cli.git("m", "show", "HEAD:mound.yaml")).toBe(good);
});

test("links, programs, and files and folders in each other's place come back as well", async () => {
  const cli = await foundedCli();
  await cli.ok("-C m task add 'Fix the login' --as ant-1");
  cli.git(".", "clone", "--quiet", `m/${ORIGIN}`, "stranger");
  const [task = ""] = cli.git("stranger", "ls-files", "tasks").split("\n");
  const folder = dirname(task);
  const good = [task, "mound.yaml", "README.md", "agents/ant-1/agent.yaml"].map((path) => [
    path,
    cli.read("m", path),
  ]);
  // The task's folder becomes a file, a record a folder, another a link, and one a program.
  rmSync(cli.path("stranger", folder), { recursive: true });
  cli.write(`stranger/${folder}`, "a file\n");
  rmSync(cli.path("stranger/agents/ant-1/agent.yaml"));
  cli.write("stranger/agents/ant-1/agent.yaml/inside", "a folder\n");
  rmSync(cli.path("stranger/README.md"));
  symlinkSync("/etc/passwd", cli.path("stranger/README.md"));
  symlinkSync("..", cli.path("stranger/agents/up"));
  chmodSync(cli.path("stranger/mound.yaml"), 0o755);
  cli.git("stranger", "add", "--", "agents", "mound.yaml", "README.md", "tasks");
  cli.git("stranger", "commit", "--quiet", "-m", "poison");
  pushPastJudge(cli, "stranger");
  cli.git("m", "pull", "--quiet", "origin", "main");
  expect(lstatSync(cli.path("m/README.md")).isSymbolicLink()).toBe(true);
  await cli.ok("-C m repair --as ant-1");
  expect(good.map(([path]) => [path, cli.read("m", path!)])).toEqual(good);
  expect(lstatSync(cli.path("m/README.md")).isFile()).toBe(true);
  expect(cli.git("m", "status", "--porcelain")).toBe("");
});

test("--force-line with an origin inside the clone moves its branch itself", async () => {
  const cli = await foundedCli();
  await cli.ok("-C m task add 'Fix the login' --as ant-1");
  const tip = cli.git("m", "rev-parse", "refs/mound/line").trim();
  cli.git(`m/${ORIGIN}`, "update-ref", "refs/heads/main", `${tip}~1`);
  const shown = await cli.run("-C m repair --force-line");
  expect(shown.code).toBe(6);
  expect(shown.out).toContain(`It lacks 1 commit: ${tip.slice(0, 12)}, by ant-1.`);
  expect(shown.err).toContain("mound repair --force-line --yes");
  const forced = await cli.ok("-C m repair --force-line --yes");
  expect(forced.out).toContain(`is at ${tip.slice(0, 12)} again`);
  expect(cli.git(`m/${ORIGIN}`, "rev-parse", "main").trim()).toBe(tip);
  await cli.ok("-C m sync");
});

test("--yes is for --force-line alone", async () => {
  const cli = await foundedCli();
  expect(await cli.run("-C m repair --yes --as ant-1")).toMatchObject({ code: 2 });
});
