import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Cli, foundedCli } from "../support/cli.ts";
import { until } from "../support/until.ts";

/** A mound in `m` with two members; commands run inside it. */
async function world(): Promise<Cli> {
  const cli = await foundedCli();
  await cli.ok("-C m join --as ant-2");
  return cli;
}

async function add(cli: Cli, ...words: string[]): Promise<string> {
  const added = await cli.ok(["-C", "m", "task", "add", ...words, "--as", "ant-1", "--json"]);
  return added.json.data.task.id as string;
}

/** Claims as ant-1 with a short lease, and waits until it has lapsed. */
async function letLapse(cli: Cli, task: string): Promise<void> {
  await cli.ok(`-C m claim ${task} --lease 1s --as ant-1`);
  await until("the lease to lapse", async () => {
    const shown = await cli.ok(`-C m task show ${task} --json`);
    return shown.json.data.task.status === "lapsed";
  });
}

describe("taking a task", () => {
  test("a claim says who holds it until when, and under which token", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    const claimed = await cli.ok(`-C m claim ${task.slice(0, 5)} --lease 30m --as ant-1 --json`);
    expect(claimed.json.data).toMatchObject({
      token: 1,
      already: false,
      task: { id: task, status: "claimed", claim: { agent: "ant-1", token: 1 } },
    });
    const { since, until: end } = claimed.json.data.task.claim;
    expect(Date.parse(end) - Date.parse(since)).toBeGreaterThanOrEqual(30 * 60_000);
    const again = await cli.ok(`-C m claim ${task} --as ant-1 --json`);
    expect(again.json.data).toMatchObject({ token: 1, already: true, commit: null });
  });

  test("a lost claim exits 5 and says who holds it, until when, and what to take instead", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    const other = await add(cli, "Write the manual");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    const lost = await cli.run(`-C m claim ${task} --as ant-2`);
    expect(lost).toMatchObject({ code: 5, out: "" });
    expect(lost.err).toMatch(
      new RegExp(`The task ${task} is held by ant-1 until 20\\d\\d-.*Z \\(token 1\\)\\.`),
    );
    expect(lost.err).toContain(`mound claim ${other}`);
    const { json } = await cli.run(`-C m claim ${task} --as ant-2 --json`);
    expect(json).toMatchObject({
      ok: false,
      error: { code: "held", retryable: true, details: { by: "ant-1", token: 1 } },
      next: [`mound claim ${other}`],
    });
  });

  test("next shows the most urgent, takes it with --claim, and exits 3 when there is none", async () => {
    const cli = await world();
    await add(cli, "Later", "--priority", "1");
    const urgent = await add(cli, "Now", "--priority", "4");
    expect((await cli.ok("-C m next --as ant-2 --json")).json.data.task.id).toBe(urgent);
    expect((await cli.ok("-C m next --claim --as ant-2 --json")).json.data).toMatchObject({
      token: 1,
      task: { id: urgent },
    });
    await cli.ok("-C m next --claim --as ant-2");
    for (const words of ["-C m next --as ant-2", "-C m next --claim --as ant-2"]) {
      const none = await cli.run(words);
      expect(none.code).toBe(3);
      expect(none.err).toContain("There is no open task that you may take now.");
    }
  });

  test("what it waits for, and skills that are missing, exit 4 and are named", async () => {
    const cli = await world();
    const first = await add(cli, "First");
    const second = await add(cli, "Second", "--after", first);
    const third = await add(cli, "Third", "--needs", "cobol");
    const blocked = await cli.run(`-C m claim ${second} --as ant-2`);
    expect(blocked.code).toBe(4);
    expect(blocked.err).toContain(`waits for ${first}`);
    const unskilled = await cli.run(`-C m claim ${third} --as ant-2`);
    expect(unskilled.code).toBe(4);
    expect(unskilled.err).toContain("mound can cobol --add");
  });

  test("bad input is refused in a sentence before anything is touched", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    const tip = (await cli.ok("-C m status --json")).json.meta.tip;
    const cases: [string, number, string][] = [
      ["claim zzzz --as ant-1", 3, "There is no task zzzz"],
      [`claim ${task} --lease soon --as ant-1`, 2, "--lease takes a duration"],
      [`claim ${task} --lease 900h --as ant-1`, 4, "The lease on"],
      [`claim ${task} --as nobody-here`, 4, "no key of nobody-here"],
      [`claim ${task} --as UPPER`, 2, "cannot be an agent's name"],
      [`claim ${task}`, 2, "Nobody is acting"],
      ["claim --as ant-1", 2, "Missing required argument 'task'"],
      [
        `progress ${task} --percent 101 --as ant-1`,
        2,
        "--percent takes a whole number from 0 to 100",
      ],
      [`done ${task} --token x --as ant-1`, 2, "--token takes a whole number"],
      [`done ${task} -F missing.txt --as ant-1`, 2, "missing.txt cannot be read"],
      [`fail ${task} --as ant-1`, 2, "Required option '--reason <text>' not specified"],
      [`done ${task} --as ant-1`, 9, "do not hold|holds the task"],
    ];
    for (const [words, code, message] of cases) {
      const ran = await cli.run(`-C m ${words}`);
      expect([words, ran.code]).toEqual([words, code]);
      expect(ran.err).toMatch(new RegExp(message));
      expect(ran.out).toBe("");
    }
    expect((await cli.ok("-C m status --json")).json.meta.tip).toBe(tip);
  });
});

describe("holding on to a task", () => {
  test("progress renews the lease and keeps the checkpoint for who goes on", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    const before = await cli.ok(`-C m claim ${task} --lease 10m --as ant-1 --json`);
    const said = await cli.ok(
      [
        "-C",
        "m",
        "progress",
        task,
        "--percent",
        "40",
        "--note",
        "tests pass",
        "-F",
        "-",
        "--lease",
        "1h",
        "--as",
        "ant-1",
        "--json",
      ],
      { input: "step 3" },
    );
    expect(said.json.data.task.progress).toMatchObject({
      percent: 40,
      note: "tests pass",
      checkpoint: "step 3",
    });
    expect(said.json.data.task.claim.until > before.json.data.task.claim.until).toBe(true);
    expect(said.json.data.token).toBe(1);
  });

  test("a release opens it again, a failure leaves it to others, and neither needs a result", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    expect((await cli.ok(`-C m release ${task} --as ant-1 --json`)).json.data.task.status).toBe(
      "open",
    );
    await cli.ok(`-C m claim ${task} --as ant-1`);
    expect(
      (await cli.ok(`-C m fail ${task} --reason "no access" --as ant-1 --json`)).json.data.task
        .status,
    ).toBe("open");
    expect((await cli.ok(`-C m claim ${task} --as ant-2 --json`)).json.data.token).toBe(3);
  });
});

describe("a lease that has lapsed", () => {
  test("is taken over under the next token, and the old token is fenced with exit 9", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    await letLapse(cli, task);
    const taken = await cli.ok(`-C m claim ${task} --as ant-2 --json`);
    expect(taken.json.data).toMatchObject({
      token: 2,
      task: { claim: { agent: "ant-2", token: 2 } },
    });
    for (const words of ["renew", "progress", "done", "release"]) {
      const stale = await cli.run(`-C m ${words} ${task} --token 1 --as ant-1`);
      expect([words, stale.code]).toEqual([words, 9]);
      expect(stale.err).toContain("ant-2 holds token 2");
    }
    const { attempts } = (await cli.ok(`-C m task show ${task} --json`)).json.data.task;
    expect(attempts).toMatchObject([{ token: 1, agent: "ant-1", outcome: "expired" }]);
  });

  test("still takes the result while nobody has taken over", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    await letLapse(cli, task);
    const done = await cli.ok(`-C m done ${task} --result fixed --as ant-1 --json`);
    expect(done.json.data.task).toMatchObject({
      status: "done",
      result: { agent: "ant-1", token: 1, text: "fixed" },
    });
  });
});

describe("finishing a task", () => {
  test("the result and its refs are kept, and saying it again changes nothing", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    const done = await cli.ok([
      "-C",
      "m",
      "done",
      task,
      "--result",
      "fixed\nfor good",
      "--ref",
      "9f2c41d",
      "--ref",
      "https://example.com/1",
      "--as",
      "ant-1",
      "--json",
    ]);
    expect(done.json.data.task.result).toMatchObject({
      text: "fixed\nfor good",
      refs: ["9f2c41d", "https://example.com/1"],
    });
    const again = await cli.ok(`-C m done ${task} --result fixed --as ant-1 --json`);
    expect(again.json.data).toMatchObject({ already: true, commit: null });
  });

  test("a result over the limit is cut with a mark and its digest, and the whole stays in a local file", async () => {
    const cli = await world();
    const task = await add(cli, "Fix the login");
    await cli.ok(`-C m claim ${task} --as ant-1`);
    const whole = "four bytes: \u{1f41c}\n".repeat(2_000);
    cli.write("long.txt", whole);
    const done = await cli.ok(`-C m done ${task} -F ../long.txt --as ant-1 --json`);
    const bytes = Buffer.byteLength(whole);
    const { text } = done.json.data.task.result;
    expect(text).toMatch(new RegExp(`\\[cut: ${bytes} bytes in all, sha256 [0-9a-f]{64}\\]$`));
    expect(whole.startsWith(text.slice(0, text.indexOf("\n[cut:")))).toBe(true);
    const folder = cli.path("m", ".git", "mound", "results");
    const [file = ""] = readdirSync(folder);
    expect(readFileSync(`${folder}/${file}`, "utf8")).toBe(whole);
    expect(done.err).toContain(file);
  });
});
