import { describe, expect, test } from "vitest";
import type { Cli } from "../support/cli.ts";
import { add, plan, refused, show, status } from "../support/plan.ts";

/** What `signals` answers for programs: topic, mark and author of each. */
async function listed(cli: Cli, ...words: string[]): Promise<readonly string[]> {
  const { json } = await cli.ok(["-C", "m", "signals", ...words, "--json"]);
  const found = json.data.signals as readonly Record<string, string>[];
  return found.map(({ topic, mark, agent }) => `${topic} ${mark} ${agent}`);
}

describe("signals", () => {
  test("are left, seen where one looks, added to and taken back", async () => {
    const cli = await plan();
    await cli.ok("-C m join --as ant-2");
    const task = await add(cli, "Fix the login", "--paths", "src/auth/**");
    const id = task.slice(0, 5);

    const stuck = ["-C", "m", "signal", id, "--stuck", "--note", "the \u001b[31mtests hang"];
    const first = await cli.ok([...stuck, "--strength", "4", "--as", "ant-2", "--json"]);
    expect(first.json.data).toMatchObject({
      topic: `task/${task}`,
      already: false,
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      signal: { agent: "ant-2", mark: "stuck", strength: 4, half_life: "12h" },
    });
    expect(first.json.next).toEqual([`mound signals task/${task}`]);
    const { signal } = first.json.data;
    expect(Date.parse(signal.gone)).toBeGreaterThan(Date.parse(signal.since) + 5 * 12 * 3_600_000);

    await cli.ok("-C m signal path/src/auth/ --warn --strength 9 --as ant-1");
    await cli.ok("-C m signal path/src/author --kind trail --half-life 2h --as ant-1");
    const heat = await cli.ok("-C m signal deploy --heat --as ant-1");
    expect(heat.out).toMatch(/^deploy {2}heat 3\.0 by ant-1 since \S+Z, gone at \S+Z\n$/);
    expect(heat.err).not.toContain("No task");
    const word = await cli.ok("-C m signal beta --as ant-1");
    expect(word.err).toContain("No task's id begins with beta: this is about that word.");

    expect(await listed(cli)).toHaveLength(5);
    expect((await listed(cli))[0]).toBe("path/src/auth warn ant-1");
    expect(await listed(cli, "path/src/auth")).toEqual(["path/src/auth warn ant-1"]);
    expect(await listed(cli, "path/src")).toHaveLength(2);
    expect(await listed(cli, "path")).toHaveLength(2);
    expect(await listed(cli, "--kind", "trail")).toEqual(["path/src/author trail ant-1"]);
    expect(await listed(cli, id)).toEqual([`task/${task} stuck ant-2`]);
    const some = await cli.ok("-C m signals --limit 2");
    expect(some.out.trim().split("\n")).toHaveLength(3);
    expect(some.out).toContain("... and 3 more: mound signals --limit 5");
    expect((await cli.ok("-C m signals nothing")).out).toBe(
      "Nothing is left of any signal on nothing.\n",
    );

    expect(await show(cli, id)).toMatchObject({
      signals: [{ mark: "stuck", agent: "ant-2", note: expect.stringContaining("tests hang") }],
    });
    const shown = (await cli.ok(`-C m task show ${id}`)).out;
    expect(shown).toMatch(
      /^Signals:\n {2}stuck [34]\.\d by ant-2 \(weighs 0\.5\) since .* {2}the .*tests hang$/m,
    );
    expect(shown).not.toContain("\u001b");
    expect((await status(cli)).signals).toHaveLength(3);
    expect((await cli.ok("-C m status")).out).toMatch(
      /^Signals, the strongest first:\n {2}path\/src\/auth {2}warn .*\n.*\n.*\n {2}\.\.\. and 2 more: mound signals$/m,
    );

    const more = await cli.ok(`-C m signal ${id} --stuck --as ant-2 --json`);
    expect(more.json.data.signal.strength).toBeGreaterThan(6.9);
    expect(more.json.data.signal.note).toContain("tests hang");
    const back = await cli.ok(`-C m signal ${id} --strength 0 --as ant-2 --json`);
    expect(back.json.data).toMatchObject({ signal: null, already: false });
    const again = await cli.ok(`-C m signal ${id} --strength 0 --as ant-2 --json`);
    expect(again.json.data).toMatchObject({ signal: null, already: true, commit: null });
    expect((await show(cli, id)).signals).toEqual([]);

    const since = ["-C", "m", "events", "--since", "1970-01-01T00:00:00.000Z"];
    const events = (await cli.ok([...since, "--on", "signal.*"])).out.trim().split("\n");
    expect(events).toHaveLength(7);
    expect(events[0]).toContain(`signal.deposited  ${task}  by ant-2 stuck 4 `);
    expect(events[1]).toContain("signal.deposited  by ant-1 warn 9 path/src/auth");
    expect(events[6]).toContain(`signal.withdrawn  ${task}  by ant-2 stuck 0`);
    const first5 = (await cli.ok("-C m log -n 50 --json")).json.data;
    expect(JSON.stringify(first5)).toContain(`signal stuck on task/${task}`);
    expect((await cli.ok("-C m audit")).out).toContain("No findings.");
  });

  test("that are none are refused in words, and nothing is written", async () => {
    const cli = await plan();
    const before = (await status(cli)).line.tip;
    const as = ["--as", "ant-1"];
    const path = "a path has the characters of a task's paths";
    await refused(cli, 2, path, ["signal", "path/../x", ...as]);
    await refused(cli, 2, path, ["signal", "path//etc", ...as]);
    await refused(cli, 2, path, ["signals", "path/a/../../b"]);
    await refused(cli, 2, "is written with path/ before it", ["signal", "src/auth", ...as]);
    await refused(cli, 2, "a word has a-z", ["signal", "Deploy!", ...as]);
    await refused(cli, 3, "There is no task zzzz", ["signal", "task/zzzz", ...as]);
    for (const strength of ["-1", "11", "Infinity", "NaN", "0.5", "1e9"])
      await refused(cli, 2, "--strength takes a whole number from 0 to 10", [
        "signal",
        "deploy",
        "--strength",
        strength,
        ...as,
      ]);
    for (const halfLife of ["9s", "31d"])
      await refused(cli, 2, "from 10s to 30d", ["signal", "x", "--half-life", halfLife, ...as]);
    await refused(cli, 2, "takes a duration", ["signal", "x", "--half-life", "-2h", ...as]);
    await refused(cli, 2, "of one kind", ["signal", "x", "--heat", "--kind", "need", ...as]);
    await refused(cli, 2, "--kind takes need", ["signal", "x", "--kind", "joy", ...as]);
    await refused(cli, 2, "must be one line", ["signal", "x", "--note", "a\nb", ...as]);
    await refused(cli, 2, "Nobody is acting", ["signal", "x"]);
    await refused(cli, 4, "no key of stranger", ["signal", "x", "--as", "stranger"]);
    expect((await status(cli)).line.tip).toBe(before);
  });
});
