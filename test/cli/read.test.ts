import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { testCli } from "../support/cli.ts";
import { add, plan, pushStray, status } from "../support/plan.ts";

describe("status", () => {
  test("counts the tasks, says who holds what until when, and what I hold", async () => {
    const cli = await plan();
    await cli.ok("-C m join --as ant-2");
    const mine = await add(cli, "Mine");
    const theirs = await add(cli, "Theirs");
    const waiting = await add(cli, "Waiting", "--after", mine);
    await cli.ok(`-C m claim ${mine} --as ant-1`);
    await cli.ok(`-C m claim ${theirs} --as ant-2`);
    await add(cli, "Free", "--priority", "4");
    const found = await status(cli);
    expect(found).toMatchObject({
      mound: { name: "m", protocol: 1, membership: "open" },
      origin: { embedded: true, branch: "main", age_s: 0 },
      line: { commits: 8, refused: 0 },
      tasks: { total: 4, open: 1, claimed: 2, blocked: 1, done: 0 },
      holding: [{ id: mine, claim: { agent: "ant-1" } }],
      refusals: [],
      deferred: null,
    });
    expect(found.claimed.map((task: { id: string }) => task.id).toSorted()).toEqual(
      [mine, theirs].toSorted(),
    );
    const { out } = await cli.ok("-C m status --as ant-1");
    expect(out).toContain("4 tasks: 1 open, 2 claimed, 1 blocked.");
    expect(out).toMatch(
      new RegExp(`ant-1 holds:\n {2}${mine} {2}claimed by ant-1 until 20.*Z \\(token 1\\) {2}Mine`),
    );
    expect(out).toMatch(new RegExp(`Claimed:\n {2}${theirs} {2}claimed by ant-2`));
    expect(out).toContain(`${waiting}  blocked by ${mine}`);
    const anonymous = await cli.ok("-C m status");
    expect(anonymous.out).not.toContain("holds");
    expect((await cli.ok("-C m status --json")).json.data.holding).toBeNull();
  });

  test("says what was refused and why, and the refused commit stops nobody", async () => {
    const cli = await plan();
    const task = await add(cli, "Fix");
    const stray = pushStray(cli);
    const found = await status(cli);
    expect(found.line).toMatchObject({ tip: stray, refused: 1 });
    expect(found.refusals).toMatchObject([{ commit: stray, author: "Pat" }]);
    expect(found.refusals[0].message).toMatch(/\.$|\]$/);
    const { out } = await cli.ok("-C m status");
    expect(out).toContain("1 commit was refused; the last good values stand:");
    expect(out).toContain(`${stray.slice(0, 12)} by Pat at `);
    expect((await cli.ok(`-C m claim ${task} --as ant-1 --json`)).json.data.token).toBe(1);
    expect((await status(cli)).refusals).toHaveLength(1);
    const log = await cli.ok("-C m log");
    expect(log.out).toMatch(/Pat: a note for all\n {4}REFUSED: .+/);
    expect(log.out.match(/REFUSED/g)).toHaveLength(1);
  });

  test("goes on with the view there is when the origin is gone, and says how old it is", async () => {
    const cli = testCli();
    cli.git(".", "init", "--quiet", "--bare", "--initial-branch=main", "origin.git");
    await cli.ok(["init", "m", "--as", "ant-1", "--remote", cli.path("origin.git")]);
    await add(cli, "Fix");
    rmSync(cli.path("origin.git"), { recursive: true });
    writeFileSync(cli.path("m", ".git", "mound", "heard"), String(Date.now() - 3 * 3_600_000));
    for (const command of ["status", "log", "task list", "next --as ant-1"]) {
      const ran = await cli.ok(`-C m ${command}`);
      expect(ran.out).toContain("Fix".toLowerCase());
      expect(ran.err).toMatch(/cannot be reached|refuses|not a usable git origin/);
      expect(ran.err).toContain("This view is 3 hours old.");
    }
    expect((await cli.ok("-C m status --json")).json.meta.age_s).toBeGreaterThanOrEqual(3 * 3_600);
    const sync = await cli.run("-C m sync");
    expect(sync).toMatchObject({ code: 7, out: "" });
  });

  test("a history that was rewritten stops it with exit 6, and nothing is lost", async () => {
    const cli = await plan();
    await add(cli, "Fix");
    const tip = cli.git("m", "rev-parse", "main").trim();
    const origin = cli.path("m", ".git", "mound", "origin.git");
    cli.git(".", "-C", origin, "update-ref", "refs/heads/main", `${tip}~1`);
    const ran = await cli.run("-C m status");
    expect(ran).toMatchObject({ code: 6, out: "" });
    expect(ran.err).toContain("was rewritten");
    expect(cli.git("m", "rev-parse", "refs/mound/line").trim()).toBe(tip);
  });
});

describe("log", () => {
  test("tells the newest first, and of a task the whole story from its beginning", async () => {
    const cli = await plan();
    const task = await add(cli, "Fix");
    await add(cli, "Other");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    await cli.ok([
      "-C",
      "m",
      "done",
      task,
      "--result",
      "fixed\nfor good",
      "--ref",
      "9f2c41d",
      "--as",
      "ant-1",
    ]);
    const all = (await cli.ok("-C m log -n 3 --json")).json.data;
    expect(all.commits.map((commit: { subject: string }) => commit.subject)).toEqual([
      `done ${task} (token 1)`,
      `claim ${task} (token 1)`,
      expect.stringMatching(/^add .*-other$/),
    ]);
    expect(all).toMatchObject({ more: true });
    expect((await cli.ok("-C m log -n 2")).out.trimEnd().split("\n").at(-1)).toBe(
      "... and more; see them with -n 10",
    );
    const story = await cli.ok(`-C m log ${task.slice(0, 5)}`);
    const lines = story.out.trimEnd().split("\n");
    expect(lines[0]).toBe(`${task}  Fix`);
    expect(lines.slice(1, 4).map((line) => line.split("ant-1: ")[1])).toEqual([
      `add ${task}`,
      `claim ${task} (token 1)`,
      `done ${task} (token 1)`,
    ]);
    expect(lines.slice(4)).toEqual(["    fixed", "    for good", "    9f2c41d"]);
    const missing = await cli.run("-C m log zzzz");
    expect(missing).toMatchObject({ code: 3, out: "" });
    expect((await cli.run("-C m log -n x")).code).toBe(2);
  });
});
