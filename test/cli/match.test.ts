import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cli } from "../support/cli.ts";

interface Factor {
  readonly name: string;
  readonly value: number;
  readonly note: string;
  readonly effect?: string;
}

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-match-")));
const cli = new Cli(dir, "home");
let high: string;
let sql: string;

beforeAll(async () => {
  await cli.ok("init m --as ant-1");
  await cli.ok("-C m join --as ant-2 --can sql");
  const add = async (words: string): Promise<string> =>
    (await cli.ok(`-C m task add ${words} --as ant-1 --json`)).json.data.task.id;
  high = await add("High --priority 4");
  sql = await add("Query --needs sql --deadline 2099-01-01");
  await add("Low --priority 0");
});

afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

/** Every factor of the JSON stands in the text, with what it comes from. */
function expectFactors(text: string, factors: readonly Factor[]): void {
  for (const { name, note } of factors) {
    const line = text.split("\n").find((one) => one.replace(/^[-+! ] */, "").startsWith(name));
    expect([name, line]).toEqual([name, expect.stringContaining(note)]);
  }
}

describe("mound next --explain", () => {
  test("shows every factor of the choice and of the next best, in text as in JSON", async () => {
    const { out } = await cli.ok("-C m next --explain --as ant-1");
    const { json } = await cli.ok("-C m next --explain --as ant-1 --json");
    const { task, explain } = json.data;
    expect(task.id).toBe(high);
    expect(explain.tasks.map(({ id }: { id: string }) => id)).toHaveLength(2);
    expect(explain).toMatchObject({ open: 2, sharpness: 16, weightiest: high });
    const [chosen] = explain.tasks as { factors: Factor[] }[];
    // Ages go on between the two commands.
    const steady = chosen!.factors.filter(({ name }) => name !== "age" && name !== "threshold");
    expectFactors(out, steady);
    for (const { id } of explain.tasks as { id: string }[]) expect(out).toContain(id.slice(0, 7));
    expect(out).toContain(explain.why);
    expect(out.startsWith(`${high}  open  High\n`)).toBe(true);
  });

  test("claims nothing, even with --claim, and agrees with what a claim then takes", async () => {
    const { json } = await cli.ok("-C m next --explain --claim --as ant-2 --json");
    const status = (await cli.ok("-C m task list --status claimed --json")).json.data.total;
    expect(status).toBe(0);
    const plain = await cli.ok("-C m next --as ant-2 --json");
    expect(plain.json.data.task.id).toBe(json.data.task.id);
  });
});

test.each(["next", "next --explain"])(
  "mound %s tells a stranger that it is no member",
  async (command) => {
    const { code, json } = await cli.run(`-C m ${command} --as ant-9 --json`);
    expect([code, json.error.code]).toEqual([4, "not-a-member"]);
    expect(json.error.fix).toBe("mound join --as ant-9");
  },
);

describe("mound match", () => {
  test("of a task: who fits, and why the others do not", async () => {
    const { out } = await cli.ok(["-C", "m", "match", sql]);
    expect(out).toMatch(/^ant-2 {2}fits, weight [\d.]+: need 3/m);
    expect(out).toMatch(/^ant-1 {2}no: The task \S+ needs sql, which is not declared/m);
    const { json } = await cli.ok(["-C", "m", "match", sql, "--json"]);
    const found = json.data.fits.map(({ agent, may }: { agent: string; may: boolean }) => [
      agent,
      may,
    ]);
    expect(found).toEqual([
      ["ant-2", true],
      ["ant-1", false],
    ]);
    expect(json.data).toMatchObject({ total: 2, may: 1, more: 0 });
    expect(json.data.fits[1].missing).toMatchObject([{ code: "skill-missing" }]);
  });

  test("of an agent: its tasks, the best first, and how many more there are", async () => {
    const { json } = await cli.ok("-C m match --agent ant-1 --limit 2 --json");
    expect(json.data).toMatchObject({ total: 3, may: 2, more: 1 });
    expect(json.data.fits[0].task).toBe(high);
    const { out } = await cli.ok("-C m match --agent ant-1 --limit 2");
    expect(out).toContain("... and 1 more; see them with --limit 3");
  });

  test("of who acts, by the word me", async () => {
    const mine = await cli.ok("-C m match --agent me --as ant-1 --json");
    const named = await cli.ok("-C m match --agent ant-1 --json");
    const ids = ({ json }: typeof mine): string[] =>
      json.data.fits.map(({ task }: { task: string }) => task);
    expect(ids(mine)).toEqual(ids(named));
  });

  test("of both: line by line what is met, what is missing, and what counts against", async () => {
    const missing = await cli.ok(["-C", "m", "match", sql, "--agent", "ant-1"]);
    expect(missing.out).toContain(`ant-1 may not take ${sql}.`);
    expect(missing.out).toMatch(/^- {2}The task \S+ needs sql/m);
    expect(missing.out).toMatch(/^- {2}need +0 +missing: sql$/m);
    const met = await cli.ok(["-C", "m", "match", sql, "--agent", "ant-2"]);
    expect(met.out).toMatch(/^\+ {2}need +3 +declared: sql$/m);
    expect(met.err).toContain(`mound claim ${sql} --as ant-2`);
    const { json } = await cli.ok(["-C", "m", "match", sql, "--agent", "ant-2", "--json"]);
    const factors = json.data.fit.factors as Factor[];
    expectFactors(
      met.out,
      factors.filter(({ name }) => name !== "age" && name !== "threshold"),
    );
  });

  test("says what was not understood", async () => {
    expect((await cli.run("-C m match")).code).toBe(2);
    const unknown = await cli.run("-C m match --agent nobody --json");
    expect([unknown.code, unknown.json.error.fix]).toEqual([3, "mound agent list"]);
    expect((await cli.run("-C m match --agent NO-ONE")).code).toBe(2);
    expect((await cli.run("-C m match zzzzzzz")).code).toBe(3);
    expect((await cli.run("-C m match --agent ant-1 --limit 0")).code).toBe(2);
  });
});

describe("mound decline", () => {
  test("takes a task out of what is offered, says until when, and shows in the match", async () => {
    const words = ["-C", "m", "decline", high, "--reason", "not mine", "--as", "ant-1"];
    const { json } = await cli.ok([...words, "--for", "2h", "--json"]);
    const { until } = json.data.decline;
    expect(json.data.decline).toEqual({ task: high, agent: "ant-1", until, reason: "not mine" });
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(7_000_000);
    const next = await cli.ok("-C m next --as ant-1 --json");
    expect(next.json.data.task.title).toBe("Low");
    const pair = await cli.ok(["-C", "m", "match", high, "--agent", "ant-1"]);
    expect(pair.out).toContain(`!  declined by ant-1 until ${until}`);
    expect((await cli.ok("-C m next --as ant-2 --json")).json.data.task.id).not.toBe("Low");
    // It binds nobody.
    await cli.ok(["-C", "m", "claim", high, "--as", "ant-1"]);
  });

  test("what is left where nothing is offered, the advice tells task by task", async () => {
    await cli.ok("-C m join --as ant-3");
    const open = (await cli.ok("-C m task list --status open --json")).json.data.tasks;
    for (const { id } of open) await cli.ok(["-C", "m", "decline", id, "--as", "ant-3"]);
    const none = await cli.run("-C m next --claim --as ant-3 --json");
    expect([none.code, none.json.error.code]).toEqual([3, "nothing-to-take"]);
    const advice = none.json.error.fix.replace("mound ", "");
    const { out } = await cli.ok(`-C m ${advice} --as ant-3`);
    for (const { id } of open)
      expect(out).toMatch(new RegExp(`^${id} {2}(declined until|no: )`, "m"));
  });

  test("is refused to who holds the task, with the way to give it back, and for too long", async () => {
    const held = await cli.run(["-C", "m", "decline", high, "--as", "ant-1"]);
    expect([held.code, held.err]).toEqual([4, expect.stringContaining(`mound release ${high}`)]);
    const long = await cli.run(["-C", "m", "decline", sql, "--for", "8d", "--as", "ant-1"]);
    expect([long.code, long.err]).toEqual([4, expect.stringContaining("for more than 7d")]);
    expect(
      (await cli.run(["-C", "m", "decline", sql, "--for", "soon", "--as", "ant-1"])).code,
    ).toBe(2);
  });
});
