import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { signCheckpoint } from "../../src/open/checkpoint.ts";
import { Mound } from "../../src/open/mound.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { mound, startMound, type Place, type Ran } from "../support/command.ts";
import { testCli, type Cli } from "../support/cli.ts";
import { until } from "../support/until.ts";

const CLOCK = pathToFileURL(join(import.meta.dirname, "../support/shifted-clock.mjs")).href;
const HOUR = 3_600_000;

/** A mound at a bare origin with two open tasks, of which ant-1 holds the first. */
async function founded(): Promise<{ cli: Cli; tasks: readonly string[] }> {
  const cli = testCli();
  cli.git(".", "init", "--bare", "--quiet", "--initial-branch=main", "origin.git");
  await cli.ok(["init", "m", "--remote", cli.path("origin.git"), "--as", "ant-1"]);
  const tasks: string[] = [];
  for (const title of ["one", "two"]) {
    const { json } = await cli.ok(["-C", "m", "task", "add", title, "--as", "ant-1", "--json"]);
    tasks.push(json.data.task.id);
  }
  await cli.ok(`-C m claim ${tasks[0]!} --as ant-1`);
  return { cli, tasks };
}

/** Every command that asks the origin, or moves the line, or tells what is on it. */
const ASKING = [
  "sync",
  "sync --verify",
  "status",
  "log",
  "task list",
  "task show FIRST",
  "next",
  "next --claim",
  "claim SECOND",
  "renew FIRST",
  "progress FIRST --percent 10",
  "done FIRST",
  "fail FIRST --reason no",
  "release FIRST",
  "task add three",
  "task edit SECOND --title new",
  "task cancel SECOND",
  "join --as ant-2",
  "agent list",
  "here",
  "here --say",
  "checkpoint",
  "config set claims_max 3",
  "events",
] as const;

describe("an origin that shows less than it has shown before", () => {
  test("is caught by each command that asks it, when one accepted commit is gone", async () => {
    const { cli, tasks } = await founded();
    const tip = cli.git("m", "rev-parse", "refs/mound/line").trim();
    cli.git("origin.git", "update-ref", "refs/heads/main", "main~1");
    for (const line of ASKING) {
      const typed = line.replace("FIRST", tasks[0]!).replace("SECOND", tasks[1]!);
      const ran = await cli.run(`-C m ${typed} --as ant-1 --json`);
      expect([line, ran.code]).toEqual([line, 6]);
      expect([line, ran.out]).toEqual([line, expect.stringContaining("history-rewritten")]);
    }
    expect(cli.git("m", "rev-parse", "refs/mound/line").trim()).toBe(tip);
    expect(cli.git("origin.git", "rev-parse", "main")).not.toContain(tip);
    cli.git("origin.git", "update-ref", "refs/heads/main", tip);
    await cli.ok(`-C m done ${tasks[0]!} --as ant-1`);
  });

  test("is caught by a clone that was started from a checkpoint, up to that checkpoint itself", async () => {
    const { cli } = await founded();
    await cli.ok("-C m checkpoint --as ant-1");
    await cli.ok(["clone", cli.path("origin.git"), "c", "--from-checkpoint"]);
    for (const back of ["main~1", "main~1", "main~2"]) {
      cli.git("origin.git", "update-ref", "refs/heads/main", back);
      const ran = await cli.run("-C c sync --json");
      expect(ran).toMatchObject({ code: 6, json: { error: { code: "history-rewritten" } } });
    }
  });
});

function later(cli: Cli, milliseconds: number): Place {
  return {
    cwd: cli.path("m"),
    environment: {
      ...process.env,
      ...cli.environment,
      NODE_OPTIONS: `--import ${CLOCK}`,
      MOUND_TEST_SHIFT_MS: String(milliseconds),
      MOUND_AGENT: "ant-1",
    },
  };
}

async function promised(cli: Cli): Promise<void> {
  const opened = await Mound.open({ dir: cli.path("m"), environment: cli.environment });
  if (!opened.ok) throw new Error(opened.error.code);
  const signed = await signCheckpoint(opened.value, "ant-1" as AgentId, { promise: 24 * HOUR });
  expect(signed.ok).toBe(true);
  await opened.value.close();
}

function staleOf({ json }: Ran): unknown {
  return (json as unknown as { meta: { stale?: unknown } }).meta.stale;
}

describe("an origin that shows nothing new", () => {
  test("is suspected once a promised checkpoint is overdue: claims go on, and each answer warns", async () => {
    const { cli, tasks } = await founded();
    // Nobody has promised anything.
    const quiet = await mound(later(cli, 300 * HOUR), "status");
    expect([quiet.code, staleOf(quiet)]).toEqual([0, undefined]);
    await promised(cli);
    const early = await mound(later(cli, 25 * HOUR), "status");
    expect([early.code, staleOf(early)]).toEqual([0, undefined]);
    const late = await mound(later(cli, 27 * HOUR), "status");
    expect(late.code).toBe(0);
    expect(staleOf(late)).toMatchObject({ by: "ant-1" });
    expect(late.stderr).toContain("This view may be old");
    const claimed = await mound(later(cli, 27 * HOUR), "claim", tasks[1]!);
    expect(claimed.code).toBe(0);
    // What has just landed is news: the origin shows it.
    expect(staleOf(await mound(later(cli, 27 * HOUR), "status"))).toBeUndefined();
    expect(staleOf(await mound(later(cli, 54 * HOUR), "status"))).toBeDefined();
  });
});

describe("the daemon of a clone that was started from a checkpoint", () => {
  test("proves it beside its work, or ends", async () => {
    const { cli } = await founded();
    await cli.ok("-C m checkpoint --as ant-1");
    for (const folder of ["c", "d"])
      await cli.ok(["clone", cli.path("origin.git"), folder, "--from-checkpoint"]);
    const environment = { ...process.env, ...cli.environment };
    const good = startMound({ cwd: cli.path("c"), environment }, ["watch"]);
    const settings = (folder: string): string => cli.read(folder, ".git", "mound", "clone.json");
    await until("the proof", () => !settings("c").includes('"start"'));
    good.child.kill("SIGTERM");
    expect((await good.ended).code).toBe(0);
    // Somebody has signed another state than the one that was.
    const digest = /"digest": "(\w+)"/.exec(settings("d"))![1]!;
    cli.write("d/.git/mound/clone.json", settings("d").replace(digest, "ab".repeat(32)));
    const bad = startMound({ cwd: cli.path("d"), environment }, ["watch"]);
    expect(await bad.ended).toMatchObject({
      code: 6,
      json: { error: { code: "checkpoint-false" } },
    });
    expect((await cli.run("-C d status")).code).toBe(6);
  });
});
