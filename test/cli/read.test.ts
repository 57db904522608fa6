import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testCli, type Cli } from "../support/cli.ts";

async function world(): Promise<Cli> {
  const cli = testCli();
  await cli.ok("init m --as ant-1");
  return cli;
}

async function add(cli: Cli, title: string, ...words: string[]): Promise<string> {
  const added = await cli.ok([
    "-C",
    "m",
    "task",
    "add",
    title,
    ...words,
    "--as",
    "ant-1",
    "--json",
  ]);
  return added.json.data.task.id as string;
}

/** What `status --json` answers in a clone. */
async function status(cli: Cli, clone = "m", as = "ant-1") {
  return (await cli.ok(`-C ${clone} status --json --as ${as}`)).json.data;
}

/** Somebody with nothing but git pushes a commit that breaks the rules. */
function pushStray(cli: Cli, path = "tasks/00/note.txt"): string {
  cli.git(".", "clone", "--quiet", cli.path("m", ".git", "mound", "origin.git"), "stray");
  cli.write(`stray/${path}`, "x");
  cli.git("stray", "add", path.split("/")[0]!);
  cli.git("stray", "commit", "--quiet", "-m", "a note for all");
  cli.git("stray", "push", "--quiet", "origin", "HEAD:main");
  return cli.git("stray", "rev-parse", "HEAD").trim();
}

describe("status", () => {
  test("counts the tasks, says who holds what until when, and what I hold", async () => {
    const cli = await world();
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
    const cli = await world();
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
    const cli = await world();
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

describe("a cache that is gone or damaged", () => {
  test.each([
    ["deleted", (folder: string) => rmSync(folder, { recursive: true })],
    [
      "cut in the middle",
      (folder: string) =>
        damage(folder, "base-", (path, size) => truncateSync(path, Math.floor(size / 2))),
    ],
    [
      "garbage",
      (folder: string) =>
        damage(folder, "base-", (path) => writeFileSync(path, "garbage\n".repeat(500))),
    ],
    [
      "garbage behind a good header",
      (folder: string) =>
        damage(folder, "base-", (path, size, head) =>
          writeFileSync(path, Buffer.concat([head, Buffer.alloc(size - head.length, "x")])),
        ),
    ],
    ["without its log", (folder: string) => damage(folder, "log-", (path) => rmSync(path))],
    [
      "with a torn log",
      (folder: string) =>
        damage(folder, "log-", (path, size) => truncateSync(path, Math.floor(size * 0.7))),
    ],
    ["named by nothing", (folder: string) => writeFileSync(join(folder, "CURRENT"), "nothing")],
  ] as const)("%s is built again from history", async (_how, harm) => {
    const cli = await world();
    const task = await add(cli, "Fix");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    const before = await status(cli);
    const caches = cli.path("m", ".git", "mound", "cache");
    harm(join(caches, readdirSync(caches)[0]!));
    expect(await status(cli)).toEqual({
      ...before,
      origin: { ...before.origin, age_s: expect.any(Number) },
    });
    expect(
      (await cli.ok(`-C m done ${task} --result ok --as ant-1 --json`)).json.data.task.status,
    ).toBe("done");
    expect((await status(cli)).tasks).toMatchObject({ total: 1, done: 1 });
  });

  function damage(
    folder: string,
    prefix: string,
    harm: (path: string, size: number, head: Buffer) => void,
  ): void {
    const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
    expect(names).not.toEqual([]);
    for (const name of names) {
      const bytes = readFileSync(join(folder, name));
      harm(join(folder, name), bytes.length, bytes.subarray(0, bytes.indexOf(0x0a) + 1));
    }
  }
});

describe("log", () => {
  test("tells the newest first, and of a task the whole story from its beginning", async () => {
    const cli = await world();
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

describe("sync and the files here", () => {
  test("two clones see each other's work", async () => {
    const cli = await world();
    const task = await add(cli, "Fix");
    await cli.ok(["clone", cli.path("m"), "n"]);
    await cli.ok("-C n join --as ant-2");
    await cli.ok(`-C n claim ${task} --as ant-2`);
    const lost = await cli.run(`-C m claim ${task} --as ant-1`);
    expect(lost.code).toBe(5);
    const synced = (await cli.ok("-C m sync --json")).json.data;
    expect(synced).toMatchObject({
      refused: [],
      deferred: null,
      working_tree: { current: true, held: null, kept: [] },
    });
    await cli.ok(`-C n done ${task} --result ok --as ant-2`);
    const later = await cli.ok("-C m sync");
    expect(later.out).toMatch(
      new RegExp(
        `^1 commit came in; the line is at [0-9a-f]{12}\\.\n {2}[0-9a-f]{9} {2}ant-2: done ${task} \\(token 1\\)\n$`,
      ),
    );
    expect((await cli.ok("-C m sync")).out).toMatch(
      /^Nothing new: the line is at [0-9a-f]{12}\.\n$/,
    );
    const [left, right] = [await status(cli, "m"), await status(cli, "n")];
    expect(left.tasks).toEqual(right.tasks);
    expect(left.line).toEqual(right.line);
    expect(cli.git("m", "status", "--porcelain")).toBe("");
    expect(cli.git("m", "rev-parse", "HEAD")).toBe(cli.git("n", "rev-parse", "HEAD"));
  });

  test("a person's edit of a file stays, and sync says so", async () => {
    const cli = await world();
    const task = await add(cli, "Fix");
    await cli.ok(["clone", cli.path("m"), "n"]);
    await cli.ok(["-C", "n", "task", "edit", task, "--title", "Mend", "--as", "ant-1"]);
    const path = `tasks/${task.slice(0, 2)}/${task}/task.yaml`;
    cli.write(`m/${path}`, "my own notes\n");
    const synced = await cli.ok("-C m sync");
    expect(synced.out).toContain(`1 file has edits of your own, which stay:\n  ${path}\n`);
    expect(cli.read("m", path)).toBe("my own notes\n");
    expect(cli.git("m", "status", "--porcelain").trim()).toBe(`M ${path}`);
    expect((await cli.ok(`-C m task show ${task} --json`)).json.data.task.title).toBe("Mend");
  });

  test("what is staged, and commits of one's own, hold the files where they are", async () => {
    const cli = await world();
    const task = await add(cli, "Fix");
    await cli.ok(["clone", cli.path("m"), "n"]);
    cli.write("m/notes.txt", "staged\n");
    cli.git("m", "add", "notes.txt");
    const head = cli.git("m", "rev-parse", "HEAD");
    await cli.ok(`-C n claim ${task} --as ant-1`);
    const staged = await cli.ok("-C m sync --json");
    expect(staged.json.data.working_tree).toEqual({ current: false, held: "staged", kept: [] });
    expect((await cli.ok("-C m sync")).out).toContain("something is staged");
    expect(cli.git("m", "diff", "--cached", "--name-only").trim()).toBe("notes.txt");
    expect(cli.git("m", "rev-parse", "HEAD")).toBe(head);
    expect((await status(cli)).tasks.claimed).toBe(1);
    cli.git("m", "commit", "--quiet", "-m", "my notes");
    const own = cli.git("m", "rev-parse", "HEAD");
    expect((await cli.ok("-C m sync")).out).toContain(
      "this branch has commits that are not on the line",
    );
    expect(cli.git("m", "rev-parse", "HEAD")).toBe(own);
    cli.git("m", "checkout", "--quiet", "--detach");
    expect((await cli.ok("-C m sync --json")).json.data.working_tree.held).toBe("other-branch");
  });

  test("refused commits are told when they come in, and their bytes never reach the files", async () => {
    const cli = await world();
    const task = await add(cli, "Fix");
    const path = `tasks/${task.slice(0, 2)}/${task}/task.yaml`;
    const good = cli.read("m", path);
    const stray = pushStray(cli, path);
    const synced = await cli.ok("-C m sync");
    expect(synced.out).toMatch(
      /^Nothing new: .*\nRefused [0-9a-f]{9} {2}Pat: a note for all\n {4}.+\[[A-Z]+\d+\]\n/,
    );
    expect(cli.read("m", path)).toBe(good);
    expect((await status(cli)).refusals).toMatchObject([{ commit: stray }]);
  });
});
