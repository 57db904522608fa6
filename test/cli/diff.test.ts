import { describe, expect, test } from "vitest";
import { built, builtData } from "../support/built.ts";
import { lateResult } from "../support/late-result.ts";
import { add, plan, pushStray, refused } from "../support/plan.ts";

function commitsOf(cli: Awaited<ReturnType<typeof plan>>): readonly string[] {
  const args = ["rev-list", "--reverse", "refs/mound/line"];
  return cli
    .git("m", ...args)
    .trim()
    .split("\n");
}

describe("mound diff", () => {
  test("two commits: what became of tasks and files, and the other way round", async () => {
    const { cli, id, folder, commits } = await lateResult();
    const [added, claimed] = commits.slice(2) as [string, string];
    const found = await builtData(cli, ["diff", added.slice(0, 10), claimed]);
    expect(found).toMatchObject({
      from: { commit: added, number: 3 },
      to: { commit: claimed, number: 4 },
      tasks: [{ id, what: "changed" }],
      agents: [],
      settings: [],
      signals: [],
      files: [{ path: `${folder}/claim.lock`, astray: false, before: null }],
    });
    expect(found.tasks[0].fields).toMatchObject([
      { field: "status", before: "open", after: "claimed" },
      { field: "holder", before: null, after: "ant-1" },
      { field: "token", before: 0, after: 1 },
      { field: "until", before: null },
    ]);
    const back = await builtData(cli, ["diff", claimed, added]);
    expect(back.files).toMatchObject([{ path: `${folder}/claim.lock`, after: null }]);
    const { out } = await built(cli, ["diff", added, claimed]);
    expect(out).toContain(`${id}: status open -> claimed; holder ant-1; token 0 -> 1; until `);
    expect(out).toContain(`${folder}/claim.lock added`);
    expect((await built(cli, ["diff", claimed, claimed])).out).toContain("Nothing is different.");
  });

  test("up to now unless said: members, settings, what lapsed, and what was left astray", async () => {
    const cli = await plan();
    const task = await add(cli, "Fix");
    await cli.ok("-C m join --as ant-2");
    await cli.ok("-C m config set claims_max 3 --as ant-1");
    await cli.ok(`-C m claim ${task} --lease 1s --as ant-2`);
    pushStray(cli);
    await cli.ok("-C m sync");
    const [first] = commitsOf(cli) as [string];
    const found = await builtData(cli, ["diff", first]);
    expect(found.agents).toMatchObject([{ id: "ant-2", what: "added" }]);
    expect(found.settings).toEqual([{ field: "claims_max", before: 16, after: 3 }]);
    expect(found.tasks).toMatchObject([{ id: task, what: "added" }]);
    expect(found.files).toContainEqual(
      expect.objectContaining({ path: "tasks/00/note.txt", astray: true }),
    );
    const { out } = await built(cli, ["diff", first]);
    expect(out).toContain("tasks/00/note.txt is not as accepted");
    expect(out).toContain("claims_max 16 -> 3");
  });

  test("what names no state is an error that says why", async () => {
    const cli = await plan();
    await refused(cli, 2, "The second argument takes a commit", "diff 1h yesterday");
    await refused(cli, 3, "No commit of the line is named", `diff ${"0".repeat(40)}`);
    await refused(cli, 3, "Nothing was on the line at", "diff 2h");
    await refused(cli, 2, "has not come yet", "diff 2999-01-01T00:00:00Z");
    await refused(cli, 2, "Missing required argument", "diff");
    expect((await cli.run("-C m diff 2h --json")).json.error.code).toBe("before-the-line");
  });
});
