import { describe, expect, test } from "vitest";
import { testCli, type Cli } from "../support/cli.ts";

async function world(): Promise<Cli> {
  const cli = testCli();
  await cli.ok("init m --as ant-1");
  return cli;
}

async function add(cli: Cli, ...words: string[]): Promise<string> {
  const added = await cli.ok(["-C", "m", "task", "add", ...words, "--as", "ant-1", "--json"]);
  return added.json.data.task.id as string;
}

/** What `task show` answers for programs. */
async function show(cli: Cli, task: string) {
  return (await cli.ok(["-C", "m", "task", "show", task, "--json"])).json.data.task;
}

async function refused(cli: Cli, code: number, message: string, ...words: string[]): Promise<void> {
  const ran = await cli.run(["-C", "m", ...words]);
  expect([words, ran.code, ran.out]).toEqual([words, code, ""]);
  expect(ran.err).toContain(message);
}

describe("task add", () => {
  test("keeps everything that was said, and show tells it", async () => {
    const cli = await world();
    const first = await add(cli, "Find the cause");
    const task = await add(
      cli,
      "Fix the login",
      "--body",
      "It fails\nfor some.",
      "--needs",
      "typescript",
      "--needs",
      "review",
      "--after",
      first.slice(0, 6),
      "--paths",
      "src/auth/**",
      "--priority",
      "4",
      "--lease",
      "30m",
      "--deadline",
      "2026-12-01T12:00:00+02:00",
      "--attempts",
      "2",
      "--review",
      "required",
      "--reviewer",
      "ant-1",
    );
    expect(task).toMatch(/^[0-9a-z]{7}-fix-the-login$/);
    expect(await show(cli, task)).toMatchObject({
      id: task,
      title: "Fix the login",
      status: "blocked",
      body: "It fails\nfor some.",
      needs: ["typescript", "review"],
      after: [first],
      waiting_for: [first],
      paths: ["src/auth/**"],
      priority: 4,
      lease: "30m",
      deadline: "2026-12-01T10:00:00.000Z",
      attempts_max: 2,
      review: "required",
      reviewer: "ant-1",
      creator: "ant-1",
      claim: null,
      attempts: [],
      cancelled: null,
      after_tasks: [{ id: first, title: "Find the cause", status: "open", result: null }],
      folder: `tasks/${task.slice(0, 2)}/${task}`,
    });
    const { out } = await cli.ok(`-C m task show ${task}`);
    for (const words of [
      "    It fails\n    for some.",
      "Needs: typescript, review",
      "Deadline: 2026-12-01T10:00:00.000Z",
      `  ${first}  open  Find the cause`,
      "Files: tasks/",
    ]) {
      expect(out).toContain(words);
    }
    expect(cli.read("m", "tasks", task.slice(0, 2), task, "task.yaml")).toContain(
      "title: Fix the login",
    );
  });

  test("answers in sentences, and takes the body from a file or from standard input", async () => {
    const cli = await world();
    cli.write("m/../body.txt", "from a file\n");
    const added = await cli.ok("-C m task add Read -F ../body.txt --as ant-1");
    expect(added.out).toMatch(/^Added [0-9a-z]{7}-read: Read\nIt is open\.\n$/);
    expect(added.err).toContain("mound task show ");
    const piped = await cli.ok("-C m task add Pipe -F - --as ant-1 --json", { input: "piped" });
    expect((await show(cli, piped.json.data.task.id)).body).toBe("piped");
  });

  test("refuses what does not fit, and adds nothing", async () => {
    const cli = await world();
    cli.write("latin1.txt", new Uint8Array([0x66, 0xfc, 0x72]));
    await refused(cli, 2, "`title` must not be empty", "task", "add", "", "--as", "ant-1");
    await refused(cli, 2, "`title` must be one line", "task", "add", "a\nb", "--as", "ant-1");
    await refused(
      cli,
      2,
      "`title` must have at most 300",
      "task",
      "add",
      "x".repeat(301),
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "`body` must have at most 8000",
      "task",
      "add",
      "x",
      "--body",
      "y".repeat(8_001),
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "has at most 16384",
      "task",
      "add",
      "x",
      "--body",
      "\u{1f41c}".repeat(4_000),
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "--priority takes a whole number from 0 to 4",
      "task",
      "add",
      "x",
      "--priority",
      "5",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "--deadline takes",
      "task",
      "add",
      "x",
      "--deadline",
      "2026-02-31",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "--deadline takes",
      "task",
      "add",
      "x",
      "--deadline",
      "tomorrow",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "--lease takes a duration",
      "task",
      "add",
      "x",
      "--lease",
      "1 hour",
      "--as",
      "ant-1",
    );
    await refused(cli, 4, "The lease on", "task", "add", "x", "--lease", "900h", "--as", "ant-1");
    await refused(
      cli,
      2,
      "--review takes",
      "task",
      "add",
      "x",
      "--review",
      "maybe",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "must be a skill",
      "task",
      "add",
      "x",
      "--needs",
      "Not A Skill",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "inside the repository",
      "task",
      "add",
      "x",
      "--paths",
      "/etc/passwd",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      3,
      "which does not exist",
      "task",
      "add",
      "x",
      "--after",
      "zzzz",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      4,
      "nobody is not a member",
      "task",
      "add",
      "x",
      "--reviewer",
      "nobody",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "is not UTF-8 text",
      "task",
      "add",
      "x",
      "-F",
      "../latin1.txt",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "given twice",
      "task",
      "add",
      "x",
      "--body",
      "a",
      "-F",
      "../latin1.txt",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "Unknown option '--colour'",
      "task",
      "add",
      "x",
      "--colour",
      "--as",
      "ant-1",
    );
    expect((await cli.ok("-C m task list --json")).json.data.total).toBe(0);
  });
});

describe("task list", () => {
  test("shows one line each, the most urgent first, and how many more there are", async () => {
    const cli = await world();
    const lines = Array.from({ length: 60 }, (_, index) =>
      JSON.stringify({
        title: `Number ${index}`,
        priority: index % 5,
        needs: index % 2 === 0 ? ["even"] : [],
      }),
    );
    await cli.ok("-C m task import - --as ant-1", { input: lines.join("\n") });
    const all = await cli.ok("-C m task list");
    const shown = all.out.trimEnd().split("\n");
    expect(shown).toHaveLength(51);
    expect(shown.at(-1)).toBe("... and 10 more; see them with --limit 60");
    const { data } = (await cli.ok("-C m task list --needs even --limit 7 --json")).json;
    expect(data).toMatchObject({ total: 30, more: 23 });
    expect(data.tasks.map((task: { priority: number }) => task.priority)).toEqual([
      4, 4, 4, 4, 4, 4, 3,
    ]);
    const [first] = data.tasks;
    await cli.ok(`-C m join --can even --as ant-1`);
    await cli.ok(`-C m claim ${first.id} --as ant-1`);
    expect((await cli.ok("-C m task list --mine --as ant-1 --json")).json.data.tasks).toMatchObject(
      [{ id: first.id, status: "claimed" }],
    );
    expect(
      (await cli.ok("-C m task list --status claimed --status done --json")).json.data.total,
    ).toBe(1);
    expect((await cli.ok("-C m task list --status cancelled")).out).toBe(
      "None of the 60 tasks is like that.\n",
    );
    await refused(cli, 2, 'There is no status "lost"', "task", "list", "--status", "lost");
    await refused(cli, 2, "Nobody is acting", "task", "list", "--mine");
    await refused(cli, 2, "--limit takes", "task", "list", "--limit", "0");
  });
});

describe("task edit", () => {
  test("changes what is named, takes away what is empty, and says when nothing is to change", async () => {
    const cli = await world();
    const other = await add(cli, "Other");
    const task = await add(
      cli,
      "Fix",
      "--body",
      "old",
      "--needs",
      "review",
      "--deadline",
      "2026-12-01",
      "--review",
      "required",
      "--lease",
      "2h",
    );
    await cli.ok([
      "-C",
      "m",
      "task",
      "edit",
      task,
      "--title",
      "Mend",
      "--priority",
      "0",
      "--after",
      other,
      "--as",
      "ant-1",
    ]);
    expect(await show(cli, task)).toMatchObject({
      title: "Mend",
      priority: 0,
      after: [other],
      body: "old",
      needs: ["review"],
      lease: "2h",
    });
    await cli.ok([
      "-C",
      "m",
      "task",
      "edit",
      task,
      "--body",
      "",
      "--needs",
      "",
      "--after",
      "",
      "--deadline",
      "",
      "--lease",
      "",
      "--review",
      "none",
      "--as",
      "ant-1",
    ]);
    expect(await show(cli, task)).toMatchObject({
      body: null,
      needs: [],
      after: [],
      deadline: null,
      lease: null,
      review: null,
      title: "Mend",
    });
    const same = await cli.ok(`-C m task edit ${task} --priority 0 --as ant-1 --json`);
    expect(same.json.data).toMatchObject({ already: true, commit: null });
    await refused(cli, 2, "name at least one option", "task", "edit", task, "--as", "ant-1");
    await refused(
      cli,
      4,
      `${task} would wait for itself`,
      "task",
      "edit",
      task,
      "--after",
      task,
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      3,
      "There is no task zzzz",
      "task",
      "edit",
      "zzzz",
      "--title",
      "x",
      "--as",
      "ant-1",
    );
    await cli.ok("-C m join --as ant-2");
    await refused(
      cli,
      4,
      "Only its creator ant-1",
      "task",
      "edit",
      task,
      "--title",
      "Mine",
      "--as",
      "ant-2",
    );
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await refused(
      cli,
      4,
      "its needs can no longer change",
      "task",
      "edit",
      task,
      "--needs",
      "cobol",
      "--as",
      "ant-1",
    );
    await cli.ok(`-C m task edit ${task} --title Still --as ant-1`);
  });
});

describe("task cancel and review", () => {
  test("a cancelled task ends the claim on it, and its holder is fenced", async () => {
    const cli = await world();
    await cli.ok("-C m join --as ant-2");
    const task = await add(cli, "Fix");
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await refused(cli, 4, "Only its creator", "task", "cancel", task, "--as", "ant-2");
    const cancelled = await cli.ok([
      "-C",
      "m",
      "task",
      "cancel",
      task,
      "--reason",
      "not needed",
      "--as",
      "ant-1",
    ]);
    expect(cancelled.out).toBe(`Cancelled ${task}; a claim on it has ended.\n`);
    expect(await show(cli, task)).toMatchObject({
      status: "cancelled",
      claim: null,
      cancelled: { by: "ant-1", reason: "not needed" },
      attempts: [{ outcome: "cancelled", agent: "ant-2" }],
    });
    const fenced = await cli.run(`-C m done ${task} --result x --as ant-2`);
    expect(fenced.code).toBe(9);
    expect(fenced.err).toContain("the task was cancelled by");
    await refused(cli, 4, "is cancelled", "task", "cancel", task, "--as", "ant-1");
  });

  test("a review accepts or sends back, once, and never by the worker", async () => {
    const cli = await world();
    await cli.ok("-C m join --as ant-2");
    const task = await add(cli, "Fix", "--review", "required");
    const next = await add(cli, "Ship", "--after", task);
    await refused(cli, 4, `${task} is open`, "task", "review", task, "--accept", "--as", "ant-1");
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await cli.ok(`-C m done ${task} --result first --as ant-2`);
    expect((await show(cli, next)).status).toBe("blocked");
    await refused(
      cli,
      2,
      "Say one of --accept and --reject",
      "task",
      "review",
      task,
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      2,
      "Say one of --accept and --reject",
      "task",
      "review",
      task,
      "--accept",
      "--reject",
      "--as",
      "ant-1",
    );
    await refused(
      cli,
      4,
      "nobody reviews their own work",
      "task",
      "review",
      task,
      "--accept",
      "--as",
      "ant-2",
    );
    const sent = await cli.ok([
      "-C",
      "m",
      "task",
      "review",
      task,
      "--reject",
      "--reason",
      "the tests fail",
      "--as",
      "ant-1",
    ]);
    expect(sent.out).toBe(`Rejected what was done for ${task}; the task is open again.\n`);
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await cli.ok(`-C m done ${task} --result second --as ant-2`);
    expect(
      (await cli.ok(`-C m task review ${task} --accept --as ant-1 --json`)).json.data.task.status,
    ).toBe("accepted");
    expect((await show(cli, task)).attempts).toMatchObject([
      { text: "first", review: { accepted: false, reason: "the tests fail" } },
      { text: "second", review: { accepted: true } },
    ]);
    expect((await show(cli, next)).status).toBe("open");
    await refused(
      cli,
      4,
      `${task} is accepted`,
      "task",
      "review",
      task,
      "--accept",
      "--as",
      "ant-1",
    );
  });
});
