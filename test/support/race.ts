import { type ChildProcess, fork } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import { git } from "../contract/clone.ts";
import { countCommits, library, must, type Site } from "./site.ts";

/** How many processes run, against what a run of the tests by hand has: 1 is the default. */
export const SCALE = Number(process.env["MOUND_TEST_SCALE"] ?? "1");

/** Of cases that are much alike every second one, or as `turns` says; above a scale of 1 all. */
export function byTurns<T>(cases: readonly T[], turns = 2): readonly T[] {
  return SCALE > 1 ? cases : cases.filter((_, at) => at % turns === 0);
}

/** What a contender was told of one command. */
export interface Told {
  readonly kind: "tried" | "took";
  readonly agent: string;
  readonly task?: string;
  readonly commit?: string;
  readonly fault?: { readonly code: string };
}

export interface Contender {
  readonly agent: string;
  readonly dir: string;
}

const SCRIPT = join(import.meta.dirname, "racer.mjs");
const LIBRARY = pathToFileURL(join(import.meta.dirname, "../../dist/index.js")).href;

/** Starts a process for each contender, lets all begin at once, and answers all that they were told. */
export async function race(
  site: Site,
  contenders: readonly Contender[],
  { url, wanted }: { readonly url: string; readonly wanted: string },
): Promise<readonly Told[]> {
  const told: Told[] = [];
  const children = contenders.map(({ agent, dir }) =>
    fork(SCRIPT, [LIBRARY, dir, agent, url], {
      env: site.environment,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    }),
  );
  try {
    const ended = children.map(end);
    await Promise.race([Promise.all(children.map(ready)), Promise.all(ended)]);
    for (const child of children) {
      child.on("message", (message: Told) => told.push(message));
      child.send({ wanted });
    }
    await Promise.all(ended);
    return told;
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

/**
 * What every race must leave behind: each task taken once, one commit for each command that was told
 * it had worked, all of them on the line, no lock left, and a repository that a stranger can verify.
 */
export async function expectFairLine(site: Site, told: readonly Told[]): Promise<void> {
  const won = told.filter(({ fault }) => fault === undefined);
  expect(won).toHaveLength(site.tasks.length);
  expect(new Set(won.map(({ task }) => task))).toEqual(new Set(site.tasks));
  const line = (await git(site.origin, "rev-list", "--first-parent", "main")).split("\n");
  expect(line).toHaveLength(site.founding + won.length);
  expect(await countCommits(site.origin)).toBe(line.length);
  const commits = won.map(({ commit }) => commit!);
  expect(new Set(commits).size).toBe(commits.length);
  expect(commits.filter((commit) => !line.includes(commit))).toEqual([]);
  expect(await git(site.origin, "fsck", "--full", "--strict", "--no-dangling")).toBe("");
  expect(await locksIn(site.origin)).toEqual([]);
  await expectVerified(site, `check-${line.length}`);
}

/** A fresh clone folds the whole line and refuses nothing of it. */
export async function expectVerified(site: Site, name: string): Promise<void> {
  const { origin: url, dir, environment } = site;
  const fresh = must(await library.cloneMound({ url, cwd: dir, dir: name, environment }));
  const line = await fresh.read((view) => view.get("line"));
  await fresh.close();
  expect(line).toMatchObject({ commits: await countCommits(url), refused: 0 });
}

/** Lock files of git's that nobody has taken away. */
export async function locksIn(gitDir: string): Promise<readonly string[]> {
  const names = await readdir(gitDir, { recursive: true });
  return names.filter((name) => name.endsWith(".lock") && !name.startsWith("objects/"));
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("message", () => resolve());
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${child.spawnargs.slice(-2).join(" ")} ended with ${code ?? signal}`));
    });
  });
}
