import { describe, expect, test } from "vitest";
import { add, plan, refused, show } from "../support/plan.ts";

describe("task edit", () => {
  test("changes what is named, takes away what is empty, and says when nothing is to change", async () => {
    const cli = await plan();
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
    await refused(cli, 2, "name at least one option", `task edit ${task} --as ant-1`);
    await refused(
      cli,
      4,
      `${task} would wait for itself`,
      `task edit ${task} --after ${task} --as ant-1`,
    );
    await refused(cli, 3, "There is no task zzzz", "task edit zzzz --title x --as ant-1");
    await cli.ok("-C m join --as ant-2");
    await refused(cli, 4, "Only its creator ant-1", `task edit ${task} --title Mine --as ant-2`);
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await refused(
      cli,
      4,
      "its needs can no longer change",
      `task edit ${task} --needs cobol --as ant-1`,
    );
    await cli.ok(`-C m task edit ${task} --title Still --as ant-1`);
  });
});

describe("task cancel and review", () => {
  test("a cancelled task ends the claim on it, and its holder is fenced", async () => {
    const cli = await plan();
    await cli.ok("-C m join --as ant-2");
    const task = await add(cli, "Fix");
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await refused(cli, 4, "Only its creator", `task cancel ${task} --as ant-2`);
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
    await refused(cli, 4, "is cancelled", `task cancel ${task} --as ant-1`);
  });

  test("a review accepts or sends back, once, and never by the worker", async () => {
    const cli = await plan();
    await cli.ok("-C m join --as ant-2");
    const task = await add(cli, "Fix", "--review", "required");
    const next = await add(cli, "Ship", "--after", task);
    await refused(cli, 4, `${task} is open`, `task review ${task} --accept --as ant-1`);
    await cli.ok(`-C m claim ${task} --as ant-2`);
    await cli.ok(`-C m done ${task} --result first --as ant-2`);
    expect((await show(cli, next)).status).toBe("blocked");
    await refused(cli, 2, "Say one of --accept and --reject", `task review ${task} --as ant-1`);
    await refused(
      cli,
      2,
      "Say one of --accept and --reject",
      `task review ${task} --accept --reject --as ant-1`,
    );
    await refused(
      cli,
      4,
      "nobody reviews their own work",
      `task review ${task} --accept --as ant-2`,
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
    await refused(cli, 4, `${task} is accepted`, `task review ${task} --accept --as ant-1`);
  });
});
