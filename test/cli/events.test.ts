import { existsSync, readdirSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { add, plan, pushStray, refused } from "../support/plan.ts";
import type { Ran } from "../support/cli.ts";

interface Line {
  readonly id: string;
  readonly type: string;
  readonly commit: string;
  readonly time: string;
  readonly cursor?: string;
  readonly [fact: string]: unknown;
}

function linesOf({ out }: Ran): readonly Line[] {
  return out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

describe("mound events", () => {
  test("tells history in lines for people, one an event, with hostile text made harmless", async () => {
    const cli = await plan();
    const task = await add(cli, "Fix \u001b[31mthe login\u202e");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    await cli.ok(["-C", "m", "done", task, "--as", "ant-1", "--result", "two\nlines\u0007"]);
    const { out } = await cli.ok("-C m events");
    const lines = out.split("\n").slice(0, -1);
    const when = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ {2}[0-9a-f]{9}";
    const title = "Fix \\\\x1b\\[31mthe login\\\\u\\{202e\\}";
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(new RegExp(`^${when} {2}mound.founded {2}by ant-1$`));
    expect(lines[1]).toMatch(new RegExp(`^${when} {2}agent.joined {2}by ant-1 SHA256:`));
    expect(lines[3]).toMatch(
      new RegExp(
        `^${when} {2}task.claimed {2}${task} {2}by ant-1 until \\S+Z \\(token 1\\) {2}${title}$`,
      ),
    );
    expect(lines[4]).toMatch(
      new RegExp(`task.done {2}${task} {2}by ant-1 \\(token 1\\) "two\\\\nlines\\S+" {2}${title}$`),
    );
  });

  test("--json gives one document a line; the last of each commit has the cursor", async () => {
    const cli = await plan();
    await add(cli, "Fix");
    const lines = linesOf(await cli.ok("-C m events --json"));
    expect(lines.map(({ type, cursor }) => [type, cursor !== undefined])).toEqual([
      ["mound.founded", false],
      ["agent.joined", true],
      ["task.added", true],
    ]);
    expect(lines[2]).toMatchObject({ v: 1, id: `${lines[2]?.commit}.0`, actor: "ant-1" });
    expect(linesOf(await cli.ok("-C m events --json"))).toEqual(lines);
  });

  test("--since a commit, by a prefix, gives what follows it; since a time, what is not before it", async () => {
    const cli = await plan();
    await add(cli, "one");
    await add(cli, "two");
    const all = linesOf(await cli.ok("-C m events --json"));
    const first = all[0]!.commit;
    const after = linesOf(await cli.ok(`-C m events --json --since ${first.slice(0, 12)}`));
    expect(after).toEqual(all.slice(2));
    expect(linesOf(await cli.ok(`-C m events --json --since ${first}`))).toEqual(all.slice(2));
    expect(linesOf(await cli.ok(`-C m events --json --since ${all[0]!.time}`))).toEqual(all);
    const later = new Date(Date.parse(all.at(-1)!.time) + 1).toISOString();
    expect((await cli.ok(`-C m events --since ${later}`)).out).toBe("");
    const tip = all.at(-1)!.commit;
    expect((await cli.ok(`-C m events --since ${tip}`)).out).toBe("");
  });

  test("--on chooses, by several patterns", async () => {
    const cli = await plan();
    await add(cli, "one");
    pushStray(cli);
    const types = linesOf(await cli.ok("-C m events --json --on agent.* --on *.refused")).map(
      ({ type }) => type,
    );
    expect(types).toEqual(["agent.joined", "change.refused"]);
    const [stray] = linesOf(await cli.ok("-C m events --json --on change.*"));
    expect(stray).toMatchObject({ rule: expect.any(String), code: expect.any(String) });
    expect(stray).not.toHaveProperty("actor");
  });

  test("--cursor resumes where the last run ended, also past what did not match", async () => {
    const cli = await plan();
    await add(cli, "one");
    const read = async () => linesOf(await cli.ok("-C m events --json --on task.* --cursor c"));
    expect((await read()).map(({ type }) => type)).toEqual(["task.added"]);
    expect(await read()).toEqual([]);
    const place = cli.read("m", "c");
    await cli.ok("-C m join --as ant-2");
    expect(await read()).toEqual([]);
    expect(cli.read("m", "c")).not.toBe(place);
    const task = await add(cli, "two");
    expect(await read()).toMatchObject([{ type: "task.added", task }]);
    expect(readdirSync(cli.path("m")).filter((name) => name.startsWith("c."))).toEqual([]);
  });

  test("a lapsed lease is told when its time has come, and only once", async () => {
    const cli = await plan();
    const task = await add(cli, "one");
    const claimed = await cli.ok(`-C m claim ${task} --lease 1s --as ant-1 --json`);
    const until = Date.parse(claimed.json.data.task.claim.until as string);
    while (Date.now() <= until) await cli.ok("-C m events --cursor c --on claim.*");
    await cli.ok("-C m events --cursor c --on claim.*");
    const { out } = await cli.ok("-C m events --on claim.*");
    expect(out.match(/claim.lapsed/g)).toHaveLength(1);
    expect((await cli.ok("-C m events --cursor c --on claim.*")).out).toBe("");
  });

  test("bad input is refused before anything is printed", async () => {
    const cli = await plan();
    await refused(cli, 2, 'No event matches "task.doone". There are: mound.founded', [
      "events",
      "--on",
      "task.doone",
    ]);
    await refused(cli, 2, 'not "yesterday"', "events --since yesterday");
    await refused(cli, 2, "takes a commit", "events --since 2026-02-30T00:00:00Z");
    await refused(cli, 2, "takes a commit", "events --since 123");
    await refused(cli, 3, "No commit of the line is named", `events --since ${"0".repeat(40)}`);
    await refused(cli, 3, "No commit of the line is named", "events --since 0000");
    cli.write("m/garbage", "not a cursor\n");
    await refused(cli, 2, "holds no cursor; it was left as it is", "events --cursor garbage");
    expect(cli.read("m", "garbage")).toBe("not a cursor\n");
    await refused(cli, 2, "cannot be written", "events --cursor no/such/folder/c");
    await refused(cli, 2, "cannot be read", "events --cursor .");
    expect(existsSync(cli.path("m", "no"))).toBe(false);
  });

  test("a cursor of another line says so and stays", async () => {
    const cli = await plan();
    const other = `${"a".repeat(40)}@1795253400000\n`;
    cli.write("m/c", other);
    const ran = await cli.run("-C m events --cursor c --json");
    expect(ran.code).toBe(6);
    expect(ran.json.error.code).toBe("history-rewritten");
    expect(cli.read("m", "c")).toBe(other);
  });

  test("with the origin away, what is known is told, and that this is all", async () => {
    const cli = await plan();
    await cli.ok(["clone", cli.path("m"), "n"]);
    rmSync(cli.path("m"), { recursive: true });
    const ran = await cli.ok("-C n events --json");
    expect(linesOf(ran).map(({ type }) => type)).toEqual(["mound.founded", "agent.joined"]);
    expect(ran.err).toContain("What is known here is told.");
  });
});
