import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cli } from "../support/cli.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-auctions-")));
const cli = new Cli(dir, "home");
const BIDS = join(dir, "m/.git/mound/bids");
let task: string;
let plain: string;

beforeAll(async () => {
  await cli.ok("init m --as root");
  for (const agent of ["ant-1", "ant-2"]) {
    await cli.ok(`-C m join --as ${agent}`);
    await cli.ok(`-C m grant ${agent} 50 --reason start --as root`);
  }
  const add = async (words: string): Promise<string> =>
    (await cli.ok(`-C m task add ${words} --as root --json`)).json.data.task.id;
  task = await add("Auctioned --value 100 --auction 1h --reveals 10m");
  plain = await add("Plain");
});

afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

describe("mound bid", () => {
  test("locks the stake, hides the ETA, and keeps what it seals for its owner alone", async () => {
    const { json } = await cli.ok(`-C m bid ${task} --stake 20 --eta 90m --as ant-1 --json`);
    expect(json.data).toMatchObject({ bid: { stake: 20, eta: "1h30m", bond: 10 }, free: 30 });
    const [file] = readdirSync(BIDS);
    expect(file).toBe(`${json.data.bid.seal}.json`);
    expect(statSync(join(BIDS, file!)).mode & 0o777).toBe(0o600);
    expect(statSync(BIDS).mode & 0o777).toBe(0o700);
    const { auction } = (await cli.ok(`-C m auction ${task} --json`)).json.data;
    expect(auction).toMatchObject({
      phase: "bids",
      bids: "sealed",
      offers: [{ agent: "ant-1", stake: 20, revealed: false, eta: null, score: null }],
    });
    expect((await cli.ok(`-C m auction ${task}`)).out).toContain("ant-1  stake 20  eta sealed");
    expect((await cli.ok("-C m auctions")).out).toContain(`${task}  bids until `);
    // Where it is listed among what is open, it does not look as if anybody could take it.
    const line = `${task}  open, auctioned  Auctioned\n`;
    for (const list of ["task list", "status"])
      expect((await cli.ok(`-C m ${list} --as ant-1`)).out).toContain(line);
  });

  test("written anew takes the place of the one before, and what that sealed is forgotten", async () => {
    await cli.ok(`-C m bid ${task} --stake 30 --eta 2h --as ant-1`);
    expect(readdirSync(BIDS)).toHaveLength(1);
    const short = await cli.run(`-C m bid ${task} --stake 51 --eta 2h --as ant-1 --json`);
    expect(short).toMatchObject({ code: 4, json: { error: { code: "credits-short" } } });
    const low = await cli.run(`-C m bid ${task} --stake 9 --eta 2h --as ant-2 --json`);
    expect(low).toMatchObject({ code: 4, json: { error: { code: "bid-wrong" } } });
    // Of what was refused nothing is kept.
    expect(readdirSync(BIDS)).toHaveLength(1);
  });

  test("says what is missing, and what does not go together", async () => {
    for (const words of ["", "--stake 5", "--eta 2h", "--withdraw --stake 5", "--stake 0 --eta 2h"])
      expect((await cli.run(`-C m bid ${task} ${words} --as ant-2`)).code).toBe(2);
    for (const words of ["--reveals 5m", "--open-bids", "--auction soon"])
      expect((await cli.run(`-C m task add x ${words} --as root`)).code).toBe(2);
    for (const command of [
      `bid ${plain} --stake 5 --eta 2h`,
      `bid ${plain} --withdraw`,
      `reveal ${plain}`,
      `auction ${plain}`,
      `auction ${plain} --award`,
    ]) {
      const { code, json } = await cli.run(`-C m ${command} --as ant-2 --json`);
      // The advice is no auction to look at.
      const { error } = json;
      expect([code, error.code, error.fix]).toEqual([
        4,
        "not-auctioned",
        `mound task show ${plain}`,
      ]);
    }
    expect((await cli.run("-C m auction nothing")).code).toBe(3);
    const early = await cli.run(`-C m claim ${task} --as ant-1 --json`);
    expect(early).toMatchObject({ code: 4, json: { error: { code: "auction-open" } } });
    const award = await cli.run(`-C m auction ${task} --award --as root --json`);
    expect(award).toMatchObject({ code: 4, json: { error: { code: "auction-open" } } });
  });
});

describe("mound reveal", () => {
  test("waits for its time, and says what a lost file costs", async () => {
    const early = await cli.run(`-C m reveal ${task} --as ant-1`);
    expect([early.code, early.err]).toEqual([4, expect.stringContaining("not closed yet")]);
    expect((await cli.ok("-C m reveal --as ant-1")).out).toContain("No bid of ant-1");
    expect((await cli.run(`-C m reveal ${task} --as ant-2`)).err).toContain("no bid of ant-2");
    for (const file of readdirSync(BIDS)) rmSync(join(BIDS, file));
    const lost = await cli.run(`-C m reveal ${task} --as ant-1`);
    expect([lost.code, lost.err]).toEqual([4, expect.stringContaining("costs 10 credits")]);
  });

  test("is not needed of a bid that is taken back", async () => {
    await cli.ok(`-C m bid ${task} --withdraw --as ant-1`);
    expect((await cli.ok("-C m balance ant-1")).out).toContain("50 free");
    expect((await cli.ok(`-C m auction ${task}`)).out).toContain("No bid stands.");
  });
});
