import { describe, expect, test } from "vitest";
import { add, plan, refused, show } from "../support/plan.ts";

describe("task add", () => {
  test("keeps everything that was said, and show tells it", async () => {
    const cli = await plan();
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
      "--shared",
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
      shared: true,
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
    const cli = await plan();
    cli.write("m/../body.txt", "from a file\n");
    const added = await cli.ok("-C m task add Read -F ../body.txt --as ant-1");
    expect(added.out).toMatch(/^Added [0-9a-z]{7}-read: Read\nIt is open\.\n$/);
    expect(added.err).toContain("mound task show ");
    const piped = await cli.ok("-C m task add Pipe -F - --as ant-1 --json", { input: "piped" });
    expect((await show(cli, piped.json.data.task.id)).body).toBe("piped");
  });

  test("refuses what does not fit, and adds nothing", async () => {
    const cli = await plan();
    cli.write("latin1.txt", new Uint8Array([0x66, 0xfc, 0x72]));
    await refused(cli, 2, "`title` must not be empty", ["task", "add", "", "--as", "ant-1"]);
    await refused(cli, 2, "`title` must be one line", ["task", "add", "a\nb", "--as", "ant-1"]);
    await refused(cli, 2, "`title` must have at most 300", [
      "task",
      "add",
      "x".repeat(301),
      "--as",
      "ant-1",
    ]);
    await refused(cli, 2, "`body` must have at most 8000", [
      "task",
      "add",
      "x",
      "--body",
      "y".repeat(8_001),
      "--as",
      "ant-1",
    ]);
    await refused(cli, 2, "has at most 16384", [
      "task",
      "add",
      "x",
      "--body",
      "\u{1f41c}".repeat(4_000),
      "--as",
      "ant-1",
    ]);
    await refused(
      cli,
      2,
      "--priority takes a whole number from 0 to 4",
      "task add x --priority 5 --as ant-1",
    );
    await refused(cli, 2, "--deadline takes", "task add x --deadline 2026-02-31 --as ant-1");
    await refused(cli, 2, "--deadline takes", "task add x --deadline tomorrow --as ant-1");
    await refused(cli, 2, "--lease takes a duration", "task add x --lease '1 hour' --as ant-1");
    await refused(cli, 4, "The lease on", "task add x --lease 900h --as ant-1");
    await refused(cli, 2, "--review takes", "task add x --review maybe --as ant-1");
    await refused(cli, 2, 'not "Not A Skill"', "task add x --needs 'Not A Skill' --as ant-1");
    await refused(cli, 2, "inside the repository", "task add x --paths /etc/passwd --as ant-1");
    await refused(cli, 3, "which does not exist", "task add x --after zzzz --as ant-1");
    await refused(cli, 4, "nobody is not a member", "task add x --reviewer nobody --as ant-1");
    await refused(cli, 2, "is not UTF-8 text", "task add x -F ../latin1.txt --as ant-1");
    await refused(cli, 2, "given twice", "task add x --body a -F ../latin1.txt --as ant-1");
    await refused(cli, 2, "Unknown option '--colour'", "task add x --colour --as ant-1");
    expect((await cli.ok("-C m task list --json")).json.data.total).toBe(0);
  });
});

describe("task list", () => {
  test("shows one line each, the most urgent first, and how many more there are", async () => {
    const cli = await plan();
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
    await refused(cli, 2, 'There is no status "lost"', "task list --status lost");
    await refused(cli, 2, "Nobody is acting", "task list --mine");
    await refused(cli, 2, "--limit takes", "task list --limit 0");
  });
});
