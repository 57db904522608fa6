import { describe, expect, test } from "vitest";
import type { Cli } from "../support/cli.ts";
import { add, plan, refused, show, status } from "../support/plan.ts";

async function edit(cli: Cli, task: string, ...words: string[]) {
  return cli.ok(["-C", "m", "task", "edit", task, ...words, "--as", "ant-1"]);
}

describe("what a task waits for", () => {
  test("is all of some and one of others: added, shown, edited, and said where it blocks", async () => {
    const cli = await plan();
    const [a, b, c] = [await add(cli, "Aa"), await add(cli, "Bb"), await add(cli, "Cc")];
    const added = await cli.ok(
      `-C m task add Last --after ${a} --after-any ${b} --after-any ${c} --as ant-1 --json`,
    );
    const { id } = added.json.data.task;
    expect(added.json.data.task).toMatchObject({
      status: "blocked",
      after: [a],
      after_any: [b, c],
      waiting_for: [a, b, c],
      waiting_for_any: [b, c],
    });
    await refused(cli, 4, `waits for ${a} and one of ${b}, ${c}.`, `claim ${id} --as ant-1`);
    const { out } = await cli.ok(`-C m task show ${id}`);
    expect(out).toContain(`blocked by ${a} and one of ${b}, ${c}  Last`);
    expect(out).toContain(`After:\n  ${a}  open  Aa`);
    expect(out).toContain(`After one of:\n  ${b}  open  Bb\n  ${c}  open  Cc`);
    await cli.ok(`-C m claim ${c} --as ant-1`);
    await cli.ok(`-C m done ${c} --result 'the one' --ref https://example.com/c --as ant-1`);
    expect(await show(cli, id)).toMatchObject({
      waiting_for: [a],
      waiting_for_any: [],
      after_any_tasks: [
        { id: b, title: "Bb", status: "open", result: null },
        { id: c, status: "done", result: { text: "the one", refs: ["https://example.com/c"] } },
      ],
      parent_task: null,
      stranded_by: [],
    });
    expect((await cli.ok(`-C m task show ${id}`)).out).toContain("      the one");
    await edit(cli, id, "--after", "", "--after-any", b);
    expect(await show(cli, id)).toMatchObject({ after: [], after_any: [b], waiting_for: [b] });

    // What names nothing, or itself, is refused at once, and the way round is shown.
    await refused(
      cli,
      3,
      "names the task nowhere, which does not exist",
      "task add X --after-any nowhere --as ant-1",
    );
    const round = ["task", "edit", b, "--after-any", id, "--as", "ant-1"];
    await refused(cli, 4, `${b} would wait for itself: ${b} -> ${id} -> ${b}.`, round);
    await refused(cli, 4, `${b} would wait for itself: ${b} -> ${b}.`, [
      "task",
      "edit",
      b,
      "--after",
      b,
      "--as",
      "ant-1",
    ]);
    const lines = ["- {title: a, label: a, after_any: [b]}", "- {title: b, label: b, after: [a]}"];
    const ran = await cli.run("-C m task import - --as ant-1", { input: lines.join("\n") });
    expect([ran.code, ran.err]).toEqual([
      2,
      expect.stringContaining("line 1: `a` would wait for itself: a -> b -> a."),
    ]);
    const drawn = await cli.ok("-C m graph");
    expect(drawn.out).toContain("3 tasks in 2 layers; the longest chain that is left has 2");
    expect(drawn.out).toContain(`after one of ${b.slice(0, 7)}`);
    expect((await cli.ok(`-C m graph ${id} --all --json`)).json.data).toMatchObject({
      tasks: [
        { id: b, layer: 1, critical: true, unblocks: 1 },
        { id, layer: 2 },
      ],
      edges: [{ from: b, to: id, any: true }],
      critical: [b, id],
    });
    expect((await cli.ok("-C m graph --dot")).out).toContain(`  "${b}" -> "${id}" [style=dashed`);
    expect((await cli.ok("-C m graph --mermaid")).out).toContain("flowchart LR\n");
    await refused(cli, 2, "Say one of --dot and --mermaid.", "graph --dot --mermaid");
    await refused(cli, 3, "There is no task nowhere", "graph nowhere");
  });

  test("that will never be done strands it: said, with what to type, which helps", async () => {
    const cli = await plan();
    const [a, b] = [await add(cli, "Aa"), await add(cli, "Bb", "--attempts", "1")];
    const direct = await add(cli, "Direct", "--after", a, "--after", b);
    const behind = await add(cli, "Behind", "--after-any", direct);
    await cli.ok(`-C m task cancel ${a} --as ant-1`);
    expect((await show(cli, behind)).stranded_by).toEqual([a]);
    const { stranded } = await status(cli);
    // The elder comes first; of those that are made in the same second, the one with the lesser id.
    const order = stranded.map(({ id }: { id: string }) => id);
    expect(order.toSorted()).toEqual([direct, behind].toSorted());
    for (const one of stranded) expect(one).toMatchObject({ status: "blocked", stranded_by: [a] });
    const far = await cli.ok(`-C m task show ${behind}`);
    expect(far.out).toContain(`Stranded: it waits for ${a}, which will never be done.`);
    expect(far.err).toContain(`mound task show ${direct}`);
    const mend = `mound task edit ${direct} --after ${b}`;
    expect((await cli.ok(`-C m task show ${direct}`)).err).toContain(mend);
    const overview = await cli.ok("-C m status");
    expect(overview.out).toContain(`Stranded, for what they wait for will never be done`);
    expect(overview.out).toContain(`  ${direct}  by ${a}  Direct`);
    const first = order[0] === direct ? mend : `mound task show ${direct}`;
    expect(overview.err).toContain(first);
    await edit(cli, direct, "--after", b);
    expect((await status(cli)).stranded).toEqual([]);
    await cli.ok(`-C m claim ${b} --as ant-1`);
    await cli.ok(`-C m fail ${b} --reason no --as ant-1`);
    const failed = await cli.ok(`-C m task show ${direct}`);
    expect(failed.err).toContain(`mound task edit ${direct} --after ""`);
    expect(failed.err).toContain(`mound task edit ${b} --attempts 2`);
    await edit(cli, b, "--attempts", "2");
    expect((await show(cli, direct)).stranded_by).toEqual([]);
  });
});
