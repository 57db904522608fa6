import { expect } from "vitest";
import { git } from "../contract/clone.ts";
import type { Fleet, Run } from "./fleet.ts";
import type { Line } from "./live.ts";
import { expectVerified, locksIn } from "./race.ts";
import { countCommits, heldTasks } from "./site.ts";

/** Every worker that nobody killed found no more to do, and ended well. */
export async function expectIdle({ workers }: Fleet): Promise<void> {
  const ended = await Promise.all(
    workers.map(async (worker) => ({ ...(await worker.ended), last: worker.lines.at(-1) })),
  );
  const bad = ended.filter(({ code }) => code !== 0 && code !== undefined);
  expect(bad.map(({ code, stderr, last }) => [code, stderr, last])).toEqual([]);
}

/**
 * What must hold whatever happened: every task is done, once, by a run that took place; all that a
 * worker said was recorded is on the line, as it said; and a stranger can verify the whole.
 */
export async function expectAllDoneOnce(fleet: Fleet): Promise<void> {
  const { site } = fleet;
  const tasks = await tasksAt(site.origin);
  const attempts = await attemptsAt(site.origin);
  const done = attempts.filter(({ outcome }) => outcome === "done");
  expect(done.map(({ task }) => task).toSorted()).toEqual(tasks.toSorted());
  expect(await heldTasks(site.origin)).toEqual([]);
  const runs = await fleet.runs();
  for (const { task, token, agent, result } of done) {
    // An agent that was killed and started again goes on under its own token, and runs it anew.
    const ran = runs.filter((run) => run.task === task && run.token === token);
    expect([...new Set(ran.map((run) => run.agent))], task).toEqual([agent]);
    expect(result, task).toBe(`${task} by ${agent} under ${token}`);
  }
  expectAcknowledged(attempts, fleet.said("done"), "done");
  expectAcknowledged(attempts, fleet.said("failed"), "failed");
  expectAcknowledged(attempts, fleet.said("released"), "released");
  await expectWrittenOnce(site.origin);
  await expectVerified(site, `verified-${await countCommits(site.origin)}`);
  expect(await git(site.origin, "fsck", "--full", "--strict", "--no-dangling")).toBe("");
  expect(await locksIn(site.origin)).toEqual([]);
}

/** One attempt as its file has it. */
interface Attempt extends Run {
  readonly outcome: string;
  readonly result: string | undefined;
}

/** What a worker said was recorded is on the line, under the token that it named. */
function expectAcknowledged(
  attempts: readonly Attempt[],
  said: readonly Line[],
  outcome: string,
): void {
  for (const line of said) {
    const { task, token, result } = line;
    const found = attempts.find((one) => one.task === task && one.token === token);
    expect(found, JSON.stringify(line)).toMatchObject({ outcome });
    if (outcome === "done") expect(found?.result).toBe(result);
  }
}

/** The tasks that lie in files at the origin. */
async function tasksAt(origin: string): Promise<readonly string[]> {
  const paths = await git(origin, "ls-tree", "-r", "--name-only", "main", "tasks/");
  return paths
    .split("\n")
    .flatMap((path) => /^tasks\/..\/([^/]+)\/task\.yaml$/.exec(path)?.[1] ?? []);
}

const ATTEMPTS = "tasks/*/*/attempts/*";

/** The attempts that lie in files at the origin: read by git alone, whatever Mound makes of them. */
async function attemptsAt(origin: string): Promise<readonly Attempt[]> {
  const found = await git(
    origin,
    "grep",
    "-E",
    "^(agent|outcome|result): ",
    "main",
    "--",
    ATTEMPTS,
  );
  const fields = new Map<string, Record<string, string>>();
  for (const line of found.split("\n")) {
    const [, path, name, value] = /^main:([^:]+):(\w+): (.*)$/.exec(line) ?? [];
    fields.set(path!, { ...fields.get(path!), [name!]: value! });
  }
  return [...fields].map(([path, { agent = "", outcome = "", result }]) => {
    const [, , task = "", , file = ""] = path.split("/");
    return { task, token: Number.parseInt(file, 10), agent, outcome, result };
  });
}

/** No result was ever written over. */
async function expectWrittenOnce(origin: string): Promise<void> {
  const changed = ["log", "--diff-filter=ad", "--format=%H", "main", "--", ATTEMPTS];
  expect(await git(origin, ...changed)).toBe("");
}
