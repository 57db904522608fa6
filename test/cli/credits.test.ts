import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cli } from "../support/cli.ts";

const cli = new Cli(realpathSync(mkdtempSync(join(tmpdir(), "mound-test-credits-"))), "home");
let task: string;
let dear: string;

beforeAll(async () => {
  await cli.ok("init m --as ant-1");
  for (const agent of ["ant-2", "ant-3"]) await cli.ok(`-C m join --as ${agent}`);
  const add = async (words: string): Promise<string> =>
    (await cli.ok(`-C m task add ${words} --as ant-1 --json`)).json.data.task.id;
  task = await add("Work --stake 7");
  dear = await add("Dear --stake 1000");
});

afterAll(() => rm(cli.folder, { recursive: true, force: true, maxRetries: 5 }));

async function refused(line: string, exit: number): Promise<string> {
  const { code, err } = await cli.run(`-C m ${line}`);
  expect([line, code]).toEqual([line, exit]);
  return err;
}

describe("credits", () => {
  test("are granted, locked by a claim, half forfeited by a failure, and all of it is told", async () => {
    expect((await cli.ok("-C m balance")).out).toBe("No credits were ever granted.\n");
    const granted = await cli.ok(`-C m grant ant-2 20 --reason "to begin with" --as ant-1`);
    expect(granted.out).toBe("ant-2 is granted 20 credits, and has 20 free.\n");
    expect(granted.err).toContain("mound balance ant-2");
    await cli.ok(`-C m claim ${task} --as ant-2`);
    const { json } = await cli.ok("-C m balance ant-2 --json");
    expect(json.data.balance).toEqual({
      agent: "ant-2",
      free: 13,
      locked: 7,
      forfeited: 0,
      granted: 20,
      stakes: [{ task, title: "Work", amount: 7, why: "claim" }],
    });
    expect((await cli.ok("-C m balance")).out).toBe(
      `ant-2  13 free, 7 locked, 0 forfeited of 20 credits granted\n  7 locked on ${task} by its claim  Work\nIn all: 13 free, 7 locked, 0 forfeited of 20 credits granted.\n`,
    );
    await cli.ok(`-C m fail ${task} --reason hard --as ant-2`);
    const entries = (await cli.ok("-C m ledger ant-2 --json")).json.data.entries;
    expect(entries).toMatchObject([
      { what: "granted", amount: 20, free: 20, by: "ant-1", reason: "to begin with", task: null },
      { what: "locked", amount: 7, free: 13, locked: 7, by: "ant-2", task },
      { what: "forfeited", amount: 4, free: 13, locked: 3, task },
      { what: "returned", amount: 3, free: 16, locked: 0, task, reason: null },
    ]);
    for (const { commit } of entries)
      expect(cli.git("m", "cat-file", "-t", commit)).toBe("commit\n");
    const text = (await cli.ok("-C m ledger --limit 2")).out;
    expect(text).toContain("2 earlier; see them with --limit 4\n");
    expect(text).toMatch(/ant-2 {2}forfeited 4 {2}13 free, 3 locked/);
    expect((await cli.ok("-C m ledger ant-3")).out).toBe("ant-3 has no entries.\n");
    const events = (await cli.ok("-C m events --on credit.*")).out.trim().split("\n");
    expect(events.map((line) => line.split("  ")[2])).toEqual([
      "credit.granted",
      "credit.locked",
      "credit.forfeited",
      "credit.returned",
    ]);
    expect(events[0]).toContain(`about ant-2 20 credits, 20 free "to begin with"`);
    const audit = await cli.ok("-C m audit --json");
    expect(audit.json.data.ledger).toEqual({
      holds: true,
      agents: 1,
      granted: 20,
      free: 16,
      locked: 0,
      forfeited: 4,
    });
  });

  test("a task says what a claim locks, and who is short of it is told so", async () => {
    expect((await cli.ok(`-C m task show ${dear}`)).out).toContain(
      "Stake: a claim locks 1000 credits",
    );
    expect((await cli.ok("-C m task list")).out).toContain(`${dear}  open, stake 1000  Dear`);
    expect((await cli.ok(`-C m task show ${dear} --json`)).json.data.task.stake).toBe(1_000);
    expect(await refused(`claim ${dear} --as ant-3`, 4)).toContain(
      "ant-3 has 0 credits free, and 1000 are to be locked.\n  mound ledger ant-3",
    );
    expect(await refused("next --as ant-3", 3)).toContain("no open task that you may take");
    await cli.ok(`-C m task edit ${dear} --stake "" --as ant-1`);
    expect((await cli.ok(`-C m next --as ant-3 --json`)).json.data.task.id).toBe(dear);
    await cli.ok(`-C m task edit ${dear} --stake 900 --as ant-1`);
    expect((await cli.ok(`-C m task show ${dear} --json`)).json.data.task.stake).toBe(900);
    const more = await cli.ok(["-C", "m", "task", "import", "-", "--as", "ant-1", "--json"], {
      input: "- {title: Imported, stake: 3}\n",
    });
    const id = more.json.data.tasks[0].id as string;
    expect((await cli.ok(`-C m task show ${id} --json`)).json.data.task.stake).toBe(3);
  });

  test("are not granted in amounts that are none, to nobody, or by who may not", async () => {
    for (const amount of ["0", "-5", "1.5", "1e3", "1000001", "many"])
      expect(await refused(`grant ant-2 ${amount} --reason x --as ant-1`, 2)).toContain(
        `The amount takes a whole number from 1 to 1000000, not "${amount}".`,
      );
    expect(await refused("grant ant-2 5 --as ant-1", 2)).toContain("--reason");
    expect(await refused("grant NOBODY 5 --reason x --as ant-1", 2)).toContain("NOBODY");
    expect(await refused("grant nobody 5 --reason x --as ant-1", 4)).toContain("not a member");
    expect(await refused("grant ant-2 5 --reason x --as ant-3", 4)).toContain("not a root");
    expect(await refused(`grant ant-2 5 --reason "" --as ant-1`, 2)).toContain("reason");
    for (const command of ["balance", "ledger"])
      expect(await refused(`${command} nobody`, 3)).toContain("There is no agent nobody");
    for (const stake of ["0", "-1", "1000001"])
      expect(await refused(`task add Bad --stake ${stake} --as ant-1`, 2)).toContain("--stake");
  });

  test("are granted by as many roots as the threshold says", async () => {
    await cli.ok("-C m root add ant-2 --as ant-1");
    await cli.ok("-C m config set threshold 2 --as ant-1");
    const alone = await refused("grant ant-3 5 --reason x --as ant-1", 4);
    expect(alone).toContain("needs the signatures of 2 roots and has 1");
    const words = "grant ant-3 5 --reason x --as ant-1 --with ant-3";
    expect(await refused(words, 4)).toContain("ant-3 is not a root");
    // It would sign for nothing, and be believed to have signed, where one root is enough too.
    expect(await refused(`${words} --with ant-2`, 4)).toContain("ant-3 is not a root");
    await cli.ok("-C m grant ant-3 5 --reason x --as ant-1 --with ant-2");
    expect((await cli.ok("-C m balance ant-3 --json")).json.data.balance.free).toBe(5);
  });
});
