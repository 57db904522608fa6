import { describe, expect, test } from "vitest";
import { foundedCli } from "../../support/cli.ts";
import { until } from "../../support/until.ts";
import { addTask, nodeScript, shown, startWork } from "../../support/worker.ts";

/** Hands on what it was given: the results of all that was before it, and a ref. */
const PROGRAM = `
const { appendFileSync } = require("node:fs");
let text = "";
process.stdin.on("data", (chunk) => (text += chunk)).on("end", () => {
  const { title, after_tasks, after_any_tasks, parent_task } = JSON.parse(text);
  const of = (task) => task === null ? null : [task.title, task.status, task.result?.text, task.result?.refs];
  appendFileSync(process.env.MOUND_REFS, "https://example.com/" + title + "\\n");
  process.stdout.write(JSON.stringify({ title, after: after_tasks.map(of), any: after_any_tasks.map(of), parent: of(parent_task) }));
});`;

describe("a chain of tasks", () => {
  test("is done in order by a worker that waits, and each is handed the results before it", async () => {
    const cli = await foundedCli();
    const before = await addTask(cli, "before");
    const first = await addTask(cli, "first", "--after", before);
    const other = await addTask(cli, "other", "--needs", "gold");
    const second = await addTask(cli, "second", "--after", first);
    const entry = { title: "third", after_any: [other, second], parent: first };
    const imported = await cli.ok("-C m task import - --as ant-1 --json", {
      input: `${JSON.stringify(entry)}\n`,
    });
    const third = imported.json.data.tasks[0].id as string;
    const program = nodeScript(cli, "program", PROGRAM);
    const work = startWork(cli, ["--as", "w-1", "--until-empty", "--", program]);
    // ant-1 holds what it could do, so that it has to wait.
    await cli.ok(`-C m claim ${before} --as ant-1`);
    await until(
      "the worker to have nothing to do",
      () => work.err().includes("waiting") || undefined,
    );
    await cli.ok(`-C m done ${before} --result 'the ground' --as ant-1`);
    await work.said("done", 3);
    const resultOf = async (task: string) => {
      const { result } = await shown(cli, task);
      return [JSON.parse(result.text as string), result.refs];
    };
    const ref = (title: string): string => `https://example.com/${title}`;
    const [one] = await resultOf(first);
    expect(one).toMatchObject({
      after: [["before", "done", "the ground", []]],
      any: [],
      parent: null,
    });
    const [two] = await resultOf(second);
    expect(two.after).toEqual([["first", "done", JSON.stringify(one), [ref("first")]]]);
    expect(await resultOf(third)).toEqual([
      {
        title: "third",
        after: [],
        any: [
          ["other", "open", null, null],
          ["second", "done", JSON.stringify(two), [ref("second")]],
        ],
        parent: ["first", "done", JSON.stringify(one), [ref("first")]],
      },
      [ref("third")],
    ]);
    expect(await work.ended).toBe(0);
    // Who follows the line is told as each of them could begin.
    const { out } = await cli.ok(
      "-C m events --since 1970-01-01T00:00:00.000Z --on task.ready --json",
    );
    const ready = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).task as string);
    expect(ready).toEqual([first, second, third]);
  });
});
