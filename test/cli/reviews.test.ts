import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cli } from "../support/cli.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "mound-test-reviews-")));
const cli = new Cli(dir, "home");
let roots: string;
let ants: string;
let asked: string;

const add = async (...words: string[]) =>
  (await cli.ok(["-C", "m", "task", "add", ...words, "--json"])).json.data;

beforeAll(async () => {
  await cli.ok("init m --as root");
  for (const name of ["ant-1", "ant-2"]) await cli.ok(`-C m join --as ${name}`);
  await cli.ok("-C m config set review_value 10 --as root");
});

afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));

interface Row {
  readonly id: string;
  readonly reviewers: readonly string[];
}

describe("mound review", () => {
  test("who adds a task of value is told who may review it, and what to do where nobody may", async () => {
    const found = await add("By an ant", "--value", "10", "--as", "ant-1");
    ants = found.task.id;
    expect(found.reviewers).toEqual(["root"]);
    const alone = await cli.ok("-C m task add Alone --value 12 --as root");
    expect(alone.err).toContain("accepted by a root, or by a member with a trust of 0.3");
    expect(alone.err).toContain("there is none");
    expect(alone.err).toContain("mound vouch AGENT --reason TEXT");
    roots = /Added (\S+):/.exec(alone.out)![1]!;
    const plain = await cli.ok("-C m task add Plain --value 9 --as root");
    expect(plain.err).not.toContain("accepted by");
    asked = (await add("Asked", "--review", "required", "--as", "ant-1")).task.id;
    const { out, json } = await cli.ok("-C m status --as root --json");
    expect(json.data.reviews).toEqual({ waiting: 0, mine: [], without_reviewer: [roots] });
    expect(out).not.toContain("Reviews:");
    expect((await cli.ok("-C m status")).out).toContain(`Without a reviewer: ${roots}.`);
    expect((await cli.ok(`-C m task show ${ants}`)).out).toContain("no part in it: root.");
  });

  test("lists what waits for me, and with --all what waits for whom", async () => {
    for (const task of [ants, roots, asked]) {
      await cli.ok(`-C m claim ${task} --as ant-2`);
      await cli.ok(`-C m done ${task} --result ok --as ant-2`);
    }
    const mine = (await cli.ok("-C m review --as root --json")).json;
    expect(mine.data).toMatchObject({
      tasks: [{ id: ants, creator: "ant-1", worker: "ant-2", independent: true, mine: true }],
      total: 3,
      mine: 1,
    });
    expect(mine.next).toContain(`mound review ${ants} --accept`);
    const text = (await cli.ok("-C m review --as root")).out;
    expect(text).toContain(`${ants}  done by ant-2 at `);
    expect(text).toContain("2 tasks wait for somebody else. See them with: mound review --all");
    expect((await cli.ok("-C m review --as ant-2")).out).toContain(
      "Nothing waits for a review by ant-2. 3 tasks wait for somebody else.",
    );
    const { out } = await cli.ok("-C m review --all --as ant-1");
    expect(out).toContain("waits for an independent review by root\n");
    expect(out).toContain("waits for an independent review by nobody that there is\n");
    expect(out).toContain("waits for a review by ant-1; you may\n");
    const all = (await cli.ok("-C m review --all --json")).json.data.tasks as Row[];
    expect(new Map(all.map(({ id, reviewers }) => [id, reviewers]))).toEqual(
      new Map([
        [ants, ["root"]],
        [roots, []],
        [asked, ["ant-1"]],
      ]),
    );
    expect((await cli.ok("-C m review --all --limit 2")).out).toContain("... and 1 more");
    const status = await cli.ok("-C m status --as root");
    expect(status.out).toContain("Reviews: 3 tasks wait for a review, 1 of them for root.");
    expect(status.err).toContain("mound review\n");
    expect((await cli.ok("-C m status --json")).json.data.reviews).toEqual({
      waiting: 3,
      mine: null,
      without_reviewer: [roots],
    });
  });

  test("with a task it does as `task review`, and says whose word does not count, and why", async () => {
    const maker = await cli.run(`-C m review ${ants} --accept --as ant-1`);
    expect(maker.code).toBe(4);
    expect(maker.err).toContain(`ant-1 cannot review ${ants}: it made the task`);
    const stranger = await cli.run(`-C m review ${roots} --accept --as ant-1`);
    expect(stranger.code).toBe(4);
    expect(stranger.err).toContain("its trust is 0; it takes somebody else with a trust of 0.3");
    const done = await cli.ok(`-C m review ${ants} --accept --reason good --as root`);
    expect(done.out).toBe(`Accepted ${ants}.\n`);
    const { tip } = (await cli.ok("-C m status --json")).json.meta;
    const back = await cli.ok(`-C m review ${asked} --reject --as ant-1 --json`);
    expect(back.json.data.task.status).toBe("open");
    const events = await cli.ok(`-C m events --on review.waiting`);
    expect(events.out).toMatch(/review\.waiting .*by ant-2 .*for root\b/);
    expect((await cli.ok("-C m review --all --json")).json.data.total).toBe(1);
    const then = await cli.ok(`-C m review --all --at ${tip} --json`);
    expect(then.json.data).toMatchObject({ total: 2, at: { commit: tip } });
  });

  test("what makes no sense is a usage error", async () => {
    for (const words of [
      "review --accept",
      "review --reason x",
      `review ${roots}`,
      `review ${roots} --accept --reject`,
      `review ${roots} --all`,
      "review --limit none",
    ])
      expect([words, (await cli.run(`-C m ${words} --as root`)).code]).toEqual([words, 2]);
    expect((await cli.run("-C m review nothing --accept --as root")).code).toBe(3);
  });
});
