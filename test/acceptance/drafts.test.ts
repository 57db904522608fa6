import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { git } from "../contract/clone.ts";
import { killHard, mound, type Place, type Running, startMound } from "../support/command.ts";
import { SCALE } from "../support/race.ts";
import { until } from "../support/until.ts";
import {
  cloneFor,
  countCommits,
  foundSite,
  heldTasks,
  journalOf,
  type Site,
} from "../support/site.ts";

/** Every phase of a submit, and the ends of the removal, which come after the last of them. */
const PHASES = ["turn", "journal", "decide", "write", "push", "landed", "save", "answer"];

interface Answer {
  readonly submitted: readonly { readonly draft: string; readonly task: string }[];
  readonly faults: readonly { readonly draft: string; readonly code: string }[];
}

async function drop(place: Place, drafts: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(place.cwd, "drafts"), { recursive: true });
  for (const [name, title] of Object.entries(drafts))
    await writeFile(join(place.cwd, "drafts", name), `kind: task\ntitle: ${title}\n`);
}

/** The titles of all tasks at the origin, by the files that lie there. */
async function titlesAt({ origin }: Site): Promise<readonly string[]> {
  const listed = await git(origin, "ls-tree", "-r", "--name-only", "main", "tasks/");
  const paths = listed.split("\n").filter((path) => path.endsWith("/task.yaml"));
  const bodies = await Promise.all(paths.map((path) => git(origin, "show", `main:${path}`)));
  return bodies.map((body) => /^title: (.*)$/m.exec(body)?.[1] ?? "").toSorted();
}

async function draftsIn(place: Place, folder = "drafts"): Promise<readonly string[]> {
  return readdir(join(place.cwd, folder)).catch(() => []);
}

/** A push may outlive the command that made it, or die with it; by turns, and at scale each way. */
const DEATHS = PHASES.flatMap((phase, at) => {
  const ways = [[phase, "alone"] as const, [phase, "tree"] as const];
  return SCALE > 1 ? ways : ways.slice(at % 2, (at % 2) + 1);
});

test.each(DEATHS)(
  "killed in the phase %s, %s: the next run makes one task of each draft",
  async (phase, kind) => {
    const site = await foundSite({ agents: ["ant"], tasks: 0 });
    const place = await cloneFor(site, "ant");
    await drop(place, { a: "First", b: "Second" });
    const first = startMound(place, ["submit"]);
    // One that ends before the signal comes was faster than its killer.
    await first.phase(phase).catch(() => undefined);
    await killHard(first.child, kind);
    await first.ended;
    const next = await mound(place, "submit");
    expect(next, next.stderr).toMatchObject({ code: 0 });
    expect((next.json!.data as unknown as Answer).faults).toEqual([]);
    expect(await titlesAt(site)).toEqual(["First", "Second"]);
    expect(await countCommits(site.origin)).toBe(site.founding + 2);
    expect(await draftsIn(place)).toEqual([]);
    expect(await draftsIn(place, ".git/mound/drafts")).toEqual([]);
    expect(await journalOf(place)).toEqual([]);
    // The same words once more are a wish of their own.
    await drop(place, { a: "First" });
    expect(await mound(place, "submit")).toMatchObject({ code: 0 });
    expect(await titlesAt(site)).toEqual(["First", "First", "Second"]);
  },
);

test("an edit that comes after the push is not submitted, and is told what landed", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 0 });
  const place = await cloneFor(site, "ant");
  await drop(place, { a: "First" });
  const first = startMound(place, ["submit"]);
  await first.phase("landed");
  await killHard(first.child, "alone");
  await first.ended;
  await drop(place, { a: "Edited" });
  const next = await mound(place, "submit");
  expect(next.code).toBe(4);
  expect((next.json!.data as unknown as Answer).faults).toMatchObject([
    { draft: "drafts/a", code: "draft-changed" },
  ]);
  expect(next.stderr).toMatch(/What drafts\/a said before was accepted \([0-9a-z]{7}-first\)/);
  expect(await titlesAt(site)).toEqual(["First"]);
  // So it stays until it is removed, or gets another name.
  expect(await mound(place, "submit")).toMatchObject({ code: 4 });
  await rm(join(place.cwd, "drafts/a"));
  await drop(place, { b: "Edited" });
  expect(await mound(place, "submit")).toMatchObject({ code: 0 });
  expect(await titlesAt(site)).toEqual(["Edited", "First"]);
});

test("an edit after a kill before the push is what is submitted", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 0 });
  const place = await cloneFor(site, "ant");
  await drop(place, { a: "First" });
  const first = startMound(place, ["submit"]);
  await first.phase("turn");
  await killHard(first.child, "tree");
  await first.ended;
  await drop(place, { a: "Edited" });
  expect(await mound(place, "submit")).toMatchObject({ code: 0 });
  expect(await titlesAt(site)).toEqual(["Edited"]);
  expect(await draftsIn(place)).toEqual([]);
});

/** A daemon that submits drafts, once it says that it is ready. */
async function watching(place: Place): Promise<Running> {
  const daemon = startMound(place, ["watch", "--submit"]);
  onTestFinished(() => void daemon.child.kill("SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    daemon.child.stdout!.once("data", () => resolve());
    daemon.child.once("exit", (code) => reject(new Error(`the daemon ended with ${code}`)));
  });
  return daemon;
}

/** A shell line, as anybody types it, in the working tree. */
async function shell({ cwd, environment }: Place, line: string): Promise<void> {
  await promisify(execFile)("sh", ["-c", line], { cwd, env: environment });
}

test("with echo alone: a task is made, claimed, done and accepted", async () => {
  const site = await foundSite({ agents: ["ant", "bee"], tasks: 0 });
  const [ant, bee] = [await cloneFor(site, "ant"), await cloneFor(site, "bee")];
  const daemons = [await watching(ant), await watching(bee)];
  const title = "Fix the login";
  await shell(ant, `printf 'kind: task\\ntitle: ${title}\\nreview: required\\n' > drafts/wish`);
  await until("an empty drafts/", async () => (await draftsIn(ant)).length === 0);
  expect(await titlesAt(site)).toEqual([title]);
  const listed = await mound(bee, "task", "list");
  const [task] = (listed.json!.data as unknown as { tasks: { id: string }[] }).tasks;
  await shell(bee, `printf 'kind: claim\\ntask: ${task!.id}\\n' > drafts/take`);
  await until("the claim", async () => (await heldTasks(site.origin)).length === 1);
  await until("an empty drafts/", async () => (await draftsIn(bee)).length === 0);
  await shell(bee, `echo 'kind: attempt' > drafts/end; echo 'task: ${task!.id}' >> drafts/end`);
  await until("a fault", async () => (await draftsIn(bee)).includes("end.fault.txt"));
  const fault = await readFile(join(bee.cwd, "drafts/end.fault.txt"), "utf8");
  expect(fault).toMatch(/drafts\/end, line 1: the field `outcome` is missing/);
  await shell(bee, "echo 'outcome: done' >> drafts/end");
  await until("an empty drafts/", async () => (await draftsIn(bee)).length === 0);
  await shell(ant, `printf 'kind: review\\ntask: ${task!.id}\\naccept: yes\\n' > drafts/good`);
  await until("an empty drafts/", async () => (await draftsIn(ant)).length === 0);
  const shown = await mound(ant, "task", "show", task!.id);
  expect(shown.json!.data!.task.status).toBe("accepted");
  for (const { child, ended } of daemons) {
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0 });
  }
});

test(
  "a watcher that is killed again and again makes one task of each draft",
  { timeout: 240_000 },
  async () => {
    const site = await foundSite({ agents: ["ant"], tasks: 0 });
    const place = await cloneFor(site, "ant");
    const titles = Array.from(
      { length: 12 },
      (_, index) => `Wish ${String(index).padStart(2, "0")}`,
    );
    for (let at = 0; at < titles.length; at += 2) {
      const daemon = await watching(place);
      const before = await countCommits(site.origin);
      await drop(place, { [`a${at}`]: titles[at]!, [`b${at}`]: titles[at + 1]! });
      const pushed = async (): Promise<boolean> => (await countCommits(site.origin)) > before;
      const marked = async (): Promise<boolean> =>
        (await draftsIn(place, ".git/mound/drafts")).length > 0;
      // By turns as soon as it was pushed, and as soon as it was about to be.
      const reached = at % 4 === 0 ? pushed : async () => (await marked()) || pushed();
      // The lock that the last kill left at the origin is broken after half a minute.
      await until("the moment to kill", reached, { everyMs: 2, withinMs: 60_000 });
      await killHard(daemon.child, "tree");
      await daemon.ended;
    }
    await watching(place);
    // A git that was killed while it held a lock of the origin leaves it, and it is broken after half a minute.
    const empty = async (): Promise<boolean> => (await draftsIn(place)).length === 0;
    await until("an empty drafts/", empty, { withinMs: 90_000 });
    expect(await titlesAt(site)).toEqual(titles);
  },
);

test("a command that is killed while the daemon carries it out: one task of each draft", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 0 });
  const place = await cloneFor(site, "ant");
  const daemon = startMound(place, ["watch"]);
  onTestFinished(() => void daemon.child.kill("SIGKILL"));
  await new Promise<void>((resolve) => daemon.child.stdout!.once("data", () => resolve()));
  await drop(place, { a: "First", b: "Second" });
  const first = startMound(place, ["submit"]);
  await first.phase("push");
  await killHard(first.child, "tree");
  await first.ended;
  const next = await mound(place, "submit");
  expect(next, next.stderr).toMatchObject({ code: 0 });
  expect(await titlesAt(site)).toEqual(["First", "Second"]);
  expect(await draftsIn(place)).toEqual([]);
});

test("processes that submit the same drafts at the same time make one task of each", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 0 });
  const place = await cloneFor(site, "ant");
  const titles = Array.from({ length: 24 }, (_, index) => `Wish ${String(index).padStart(2, "0")}`);
  await drop(place, Object.fromEntries(titles.map((title, index) => [`d${index}`, title])));
  const ran = await Promise.all(Array.from({ length: 4 }, () => mound(place, "submit")));
  const answers = ran.map(({ json }) => json!.data as unknown as Answer);
  const tasks = answers.flatMap(({ submitted }) => submitted.map(({ task }) => task));
  expect(await titlesAt(site)).toEqual(titles);
  expect(new Set(tasks).size).toBe(titles.length);
  for (const { faults } of answers) for (const { code } of faults) expect(code).toBe("draft-busy");
  expect(await draftsIn(place)).toEqual([]);
  expect(existsSync(join(place.cwd, "drafts"))).toBe(true);
});
