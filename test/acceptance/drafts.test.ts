import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { killHard, mound, type Place, startMound } from "../support/command.ts";
import { cloneFor, countCommits, foundSite, journalOf, type Site } from "../support/site.ts";

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

test.each(PHASES.flatMap((phase) => [[phase, "alone"] as const, [phase, "tree"] as const]))(
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
