import { describe, expect, test } from "vitest";
import { built, builtData } from "../support/built.ts";
import { lateResult } from "../support/late-result.ts";
import { add, plan, refused } from "../support/plan.ts";

interface Told {
  readonly type: string;
  readonly gap_s: number | null;
  readonly lease: { readonly agent: string; readonly token: number } | null;
  readonly refusal: unknown;
}

describe("mound why", () => {
  test("a lapse, a takeover and a result that came too late: each is told with its reason", async () => {
    const { cli, id, folder, commits } = await lateResult();
    const data = await builtData(cli, ["why", id.slice(0, 5)]);
    const story = data.story as readonly Told[];
    expect(story.map(({ type }) => type)).toEqual([
      "task.added",
      "task.claimed",
      "claim.lapsed",
      "claim.expired",
      "task.claimed",
      "task.done",
      "change.refused",
    ]);
    expect(story[0]!.gap_s).toBeNull();
    expect(story.slice(1).every(({ gap_s: gap }) => gap !== null && gap >= 0)).toBe(true);
    expect(story.map(({ lease }) => lease?.token ?? null)).toEqual([null, 1, 1, 1, 2, 2, null]);
    expect(story.at(-1)!.refusal).toMatchObject({
      message: expect.stringContaining("[RE9]"),
      fault: { code: "time-not-later", rule: "RE9" },
      author: "ant-1",
      paths: [`${folder}/attempts/1.yaml`],
      standing: { status: "done", token: 2, claim: null },
    });
    const [, taken, done, late] = [null, ...commits.slice(-3)];
    expect(data.anomalies).toMatchObject([
      { code: "stale-result", agent: "ant-1", commits: [taken, late], facts: { token: 1 } },
      { code: "stale-view", agent: "ant-1", commits: [taken, late], facts: { behind: 2 } },
      { code: "work-twice", task: id, commits: [done, late], facts: { first: "ant-2" } },
    ]);
  });

  test("in words: a line for an event, hostile text made harmless, and what is odd at the end", async () => {
    const { cli, id } = await lateResult();
    const { code, out } = await built(cli, ["why", id]);
    expect(code).toBe(0);
    const [head, story, odd] = out.split("\n\n");
    expect(head).toContain("Fix \\x1b[31mit\\u{202e}");
    expect(story).toMatch(/task\.claimed {2}by ant-1 {2}ant-1 token 1, \S+Z to \S+Z/);
    expect(story).toMatch(/claim\.lapsed {2}by time/);
    expect(story).toMatch(
      /REFUSED {2}by ant-1\n.*\[RE9\]\n {4}The task was done, its last token 2\./,
    );
    expect(odd).toContain("work-twice");
    expect(odd).toContain("under token 2 and by ant-1 under token 1.");
  });

  test("a task that was reviewed and one that was cancelled end as they did", async () => {
    const cli = await plan();
    await cli.ok("-C m join --as ant-2");
    const task = await add(cli, "one", "--review", "required");
    for (const accept of ["--reject", "--accept"]) {
      await cli.ok(`-C m claim ${task} --as ant-2`);
      await cli.ok(`-C m done ${task} --result it --as ant-2`);
      await cli.ok(`-C m task review ${task} ${accept} --reason seen --as ant-1`);
    }
    const types = ((await builtData(cli, ["why", task])).story as readonly Told[]).map(
      ({ type }) => type,
    );
    expect(types.filter((type) => /done|accepted|rejected/.test(type))).toEqual([
      "task.done",
      "task.rejected",
      "task.done",
      "task.accepted",
    ]);
    const other = await add(cli, "two");
    await cli.ok(`-C m task cancel ${other} --reason "not now" --as ant-1`);
    expect((await builtData(cli, ["why", other])).story).toMatchObject([
      { type: "task.added" },
      { type: "task.cancelled", text: "not now" },
    ]);
    expect((await builtData(cli, ["why", other])).anomalies).toEqual([]);
  });

  test("a task that is not there, or whose name is too short, is an error", async () => {
    const cli = await plan();
    await refused(cli, 3, "There is no task zzzzzzz", "why zzzzzzz");
    await refused(cli, 2, "Missing required argument", "why");
    expect((await cli.run("-C m why zz --json")).json.error.code).toBe("task-missing");
  });
});
