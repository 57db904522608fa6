import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { byTurns } from "../support/race.ts";
import { mound, type Place, type Ran } from "../support/command.ts";
import { startDaemon } from "../support/live.ts";
import { cloneFor, foundSite, type Site } from "../support/site.ts";
import { Vandal, type Damage } from "../support/vandal.ts";

/** What is done to a mound with two tasks, of which the first is claimed. */
type Poison = (scene: Scene) => readonly Damage[] | Promise<readonly Damage[]>;

interface Scene {
  readonly site: Site;
  readonly vandal: Vandal;
  readonly ant: Place;
  readonly bee: Place;
  /** Folders of the tasks. */
  readonly folders: readonly string[];
  /** The tree before anything was broken: what a replay of the state gives. */
  readonly good: string;
}

async function open(): Promise<Scene> {
  const site = await foundSite({ agents: ["ant", "bee"], tasks: 3 });
  const ant = await cloneFor(site, "ant");
  const bee = await cloneFor(site, "bee");
  expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  const vandal = await Vandal.at(site);
  await vandal.fetch();
  const folders = site.tasks.map((id) => `tasks/${id.slice(0, 2)}/${id}`);
  const good = await git(site.origin, "rev-parse", "main^{tree}");
  return { site, vandal, ant, bee, folders, good };
}

const junk = (count: number, name: (at: number) => string): readonly Damage[] =>
  Array.from({ length: count }, (_, at) => ({ path: name(at), text: `junk ${at % 7}\n` }));

/** The last good text of a file. */
const textOf = ({ vandal }: Scene, path: string): Promise<string> =>
  vandal.git("show", `main:${path}`);

const POISONS: readonly (readonly [string, Poison])[] = [
  ["a rewritten record", ({ folders }) => [{ path: `${folders[1]}/task.yaml`, text: "mine\n" }]],
  ["a rewritten README", () => [{ path: "README.md", text: "mine\n" }]],
  ["a deleted task", ({ folders }) => [{ path: `${folders[1]}/task.yaml`, gone: true }]],
  ["a deleted claim", ({ folders }) => [{ path: `${folders[0]}/claim.lock`, gone: true }]],
  ["junk beside", () => junk(3, (at) => `junk/${at}.yaml`)],
  [
    "a symlink",
    ({ folders }) => [
      { path: `${folders[1]}/task.yaml`, mode: "120000", text: "/etc/passwd" },
      { path: "x", mode: "120000", text: ".." },
    ],
  ],
  [
    "an exec bit on good bytes",
    async (scene) => [
      {
        path: `${scene.folders[1]}/task.yaml`,
        mode: "100755",
        text: `${await textOf(scene, `${scene.folders[1]}/task.yaml`)}\n`,
      },
    ],
  ],
  ["a submodule", () => [{ path: "agents/mod", submodule: "1".repeat(40) }]],
  [
    "a file in place of a folder",
    ({ folders }) => [
      { path: `${folders[1]}/task.yaml`, gone: true },
      { path: folders[1]!, text: "a file\n" },
    ],
  ],
  [
    "a folder in place of a file",
    ({ folders }) => [
      { path: `${folders[1]}/task.yaml`, gone: true },
      { path: `${folders[1]}/task.yaml/a`, text: "1\n" },
      { path: `${folders[1]}/task.yaml/b/c`, text: "2\n" },
    ],
  ],
  ["300 paths at once", () => junk(300, (at) => `docs/d${at % 7}/f${at}.yaml`)],
  [
    "names outside the grammar",
    () => [
      { path: "a\nb/c", text: "1\n" },
      { path: "\u001b[2J", text: "2\n" },
      { path: "x\u202ey.yaml", text: "3\n" },
      { path: "tasks/back\\slash", text: "4\n" },
      { path: "CON", text: "5\n" },
      { path: "tasks/aa/aux.yaml", text: "6\n" },
      { path: "mound.yaml.lock", text: "7\n" },
      { path: "a/b/c/d/e/f/g/h/i/j", text: "8\n" },
    ],
  ],
];

/** Several kinds in one mound, one after the other: each tree is good again before the next is broken. */
test.each(byTurns([0, 4, 8]))(
  "damage of every kind is undone, four kinds from number %i",
  async (from) => {
    const scene = await open();
    for (const [kind, poison] of POISONS.slice(from, from + 4))
      await breakAndRepair(scene, kind, poison);
    await expectAgreement(scene);
  },
);

async function breakAndRepair(scene: Scene, kind: string, poison: Poison): Promise<void> {
  const { site, vandal, ant, bee, good } = scene;
  const refused = await vandal.push(await poison(scene));
  expect(await git(site.origin, "rev-parse", "main^{tree}"), kind).not.toBe(good);
  const undone = [{ commit: refused, author: "vandal" }];
  const look = await mound(bee, "repair", "--dry-run");
  expect(look, kind).toMatchObject({ code: 0, json: { data: { dry_run: true, undone } } });
  expect(await git(site.origin, "rev-parse", "main"), kind).toBe(refused);

  const repaired = await mound(ant, "repair");
  const tip = await git(site.origin, "rev-parse", "main");
  expect(repaired, kind).toMatchObject({ code: 0, json: { data: { undone, commits: [tip] } } });
  expect(await git(site.origin, "rev-parse", "main^{tree}"), kind).toBe(good);
  const message = await git(site.origin, "log", "-1", "--format=%B", "main");
  expect(message, kind).toMatch(/^repair \d+ paths? left by 1 refused commit\n/);
  expect(message, kind).toContain(`\nUndoes: ${refused}\n`);

  expect(await mound(bee, "repair"), kind).toMatchObject({ code: 0, json: { data: { paths: 0 } } });
  expect(await git(site.origin, "rev-parse", "main"), kind).toBe(tip);
}

/** Everyone follows, also who comes anew; nobody refuses a repair, and work goes on. */
async function expectAgreement({ site, ant, bee }: Scene): Promise<void> {
  const cat = await cloneFor(site, "cat");
  const tip = await git(site.origin, "rev-parse", "main");
  for (const place of [ant, bee, cat])
    expect(await mound(place, "sync")).toMatchObject({ code: 0, json: { data: { tip } } });
  const ended = await mound(ant, "done", site.tasks[0]!);
  expect(ended).toMatchObject({ code: 0, json: { data: { task: { status: "done" } } } });
}

test("a mode that git does not show is mended along with what it shows", async () => {
  const scene = await open();
  const { site, vandal, ant, good } = scene;
  await vandal.pushListing((tree) => tree.replace(/^100644 (.*\tmound.yaml)$/m, "100664 $1"));
  expect(await git(site.origin, "diff", "--raw", "main~1", "main")).toBe("");
  expect(await git(site.origin, "rev-parse", "main^{tree}")).not.toBe(good);
  expect(await mound(ant, "repair")).toMatchObject({ code: 0, json: { data: { paths: 0 } } });
  // Honest work goes on above it; then there is something to see, and all of it is mended.
  expect(await mound(ant, "release", site.tasks[0]!)).toMatchObject({ code: 0 });
  expect(await mound(ant, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  await vandal.pushListing((tree) => tree.replace(/^100644 (.*)\tREADME.md$/m, "100664 $1\tx"));
  expect(await mound(ant, "repair")).toMatchObject({ code: 0, json: { data: { paths: 2 } } });
  expect(await git(site.origin, "ls-tree", "main")).not.toContain("100664");
  await expectAgreement(scene);
});

test("a repair is ordered by the daemon of the clone where there is one", async () => {
  const scene = await open();
  const { site, vandal, ant, bee, good } = scene;
  const daemon = await startDaemon(ant);
  await vandal.push([
    { path: "README.md", text: "mine\n" },
    { path: "a\nb", text: "junk\n" },
  ]);
  const repaired = await mound(ant, "repair");
  expect(repaired).toMatchObject({ code: 0, json: { data: { paths: 2 } } });
  expect(repaired.phases).toEqual(["sync", "push"]);
  expect(await git(site.origin, "rev-parse", "main^{tree}")).toBe(good);
  expect(await mound(bee, "repair")).toMatchObject({ code: 0, json: { data: { paths: 0 } } });
  expect(await daemon.stop()).toMatchObject({ code: 0 });
});

test(
  "25,000 files, and folders 1,500 deep, are gone after two commits",
  { timeout: 240_000 },
  async () => {
    const scene = await open();
    const { site, vandal, ant, good } = scene;
    const deep = Array.from({ length: 1_500 }, () => "d").join("/");
    await vandal.push([
      ...junk(25_000, (at) => `junk/${at % 50}/${at}`),
      { path: deep, text: "1\n" },
    ]);
    const repaired = await mound(ant, "repair");
    expect(repaired).toMatchObject({ code: 0, json: { data: { paths: 25_001 } } });
    expect(dataOf(repaired)["commits"]).toHaveLength(2);
    expect(await git(site.origin, "rev-parse", "main^{tree}")).toBe(good);
    await expectAgreement(scene);
  },
);

function dataOf(ran: Ran): Readonly<Record<string, unknown>> {
  return ran.json?.data as unknown as Readonly<Record<string, unknown>>;
}
