import { describe, expect, test } from "vitest";
import { add, plan, pushStray, status } from "../support/plan.ts";

describe("sync and the files here", () => {
  test("two clones see each other's work", async () => {
    const cli = await plan();
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
    const cli = await plan();
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
    const cli = await plan();
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
    const cli = await plan();
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
