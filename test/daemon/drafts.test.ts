import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sayBeside } from "../../src/cli/drafts/words.ts";
import { type DraftWatchOptions, watchDrafts } from "../../src/daemon/drafts.ts";
import { systemClock } from "../../src/git/clock.ts";
import { virtualClock } from "../../src/memory/clock.ts";
import { Mound } from "../../src/open/mound.ts";
import { submitDrafts } from "../../src/open/submit-drafts.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { type Cli, foundedCli } from "../support/cli.ts";
import { until } from "../support/until.ts";

const ANT = "ant-1" as AgentId;
const ACCEPTED = "a draft was accepted";
const AT_FAULT = "a draft is at fault";

interface Logged {
  readonly draft: unknown;
  readonly message: string;
}

interface Watched {
  readonly cli: Cli;
  readonly folder: string;
  readonly log: Logged[];
  readonly stop: () => Promise<void>;
  /** The files that lie in drafts/, but for those that are hidden. */
  readonly names: () => readonly string[];
  readonly titles: () => Promise<readonly string[]>;
}

/** A real mound whose drafts/ is watched until the test is over. */
async function watched(cli: Cli, given: Partial<DraftWatchOptions> = {}): Promise<Watched> {
  const opened = await Mound.open({ dir: cli.path("m"), environment: cli.environment });
  if (!opened.ok) throw new Error(opened.error.code);
  const mound = opened.value;
  const folder = cli.path("m/drafts");
  const log: Logged[] = [];
  const stopping = new AbortController();
  const ended = watchDrafts({
    folder,
    submit: (drafts) => submitDrafts(mound, ANT, drafts),
    explain: sayBeside,
    clock: systemClock,
    log: {
      info: ({ draft }, message) => void log.push({ draft, message }),
      warn: ({ draft }, message) => void log.push({ draft, message }),
    },
    signal: stopping.signal,
    ...given,
  });
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
    await mound.close();
  };
  onTestFinished(stop);
  const names = (): readonly string[] =>
    existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")) : [];
  const titles = async (): Promise<readonly string[]> => {
    const listed = await cli.ok("-C m task list --as ant-1 --json");
    return (listed.json.data.tasks as { title: string }[]).map(({ title }) => title).toSorted();
  };
  return { cli, folder, log, stop, names, titles };
}

function gone(watch: Watched): Promise<unknown> {
  return until("an empty drafts/", () => watch.names().length === 0);
}

function wish(title: string): string {
  return `kind: task\ntitle: ${title}\n`;
}

test("a file that is dropped becomes a task and goes; what lay there before does too", async () => {
  const cli = await foundedCli();
  cli.write("m/drafts/before.yaml", wish("Before"));
  const watch = await watched(cli);
  await gone(watch);
  cli.write("m/drafts/after.yaml", wish("After"));
  cli.write("m/drafts/below/third.yaml", wish("Third"));
  await until("three of them", () => watch.log.length === 3);
  expect(await watch.titles()).toEqual(["After", "Before", "Third"]);
  expect(watch.log.map(({ message }) => message)).toEqual(Array(3).fill(ACCEPTED));
  expect(cli.git("m", "status", "--porcelain")).toBe("");
});

test("a fault is said beside the file, and goes when the file is mended or removed", async () => {
  const watch = await watched(await foundedCli());
  const { cli, names } = watch;
  cli.write("m/drafts/a.yaml", "kind: task\ntitel: Typo\n");
  cli.write("m/drafts/b.yaml", "kind: claim\ntask: nothere\n");
  await until("two faults", () => names().length === 4);
  expect(cli.read("m/drafts/a.yaml.fault.txt")).toMatch(
    /^Not submitted: drafts\/a\.yaml, line 2: `titel` is not a field of a task.*\n {2}Mend line 2, then: mound submit drafts\/a\.yaml\n$/,
  );
  expect(cli.read("m/drafts/b.yaml.fault.txt")).toMatch(
    /^Not submitted: drafts\/b\.yaml, line 2: There is no task nothere/,
  );
  expect(cli.read("m/drafts/a.yaml")).toBe("kind: task\ntitel: Typo\n");
  rmSync(cli.path("m/drafts/b.yaml"));
  cli.write("m/drafts/a.yaml", wish("Mended"));
  await gone(watch);
  expect(await watch.titles()).toEqual(["Mended"]);
  expect(watch.log.filter(({ message }) => message === AT_FAULT)).toHaveLength(2);
});

test("a fault that may pass is tried again after a while, one that cannot is not", async () => {
  const cli = await foundedCli();
  await cli.ok("-C m join --as ant-2");
  const added = await cli.ok("-C m task add Contested --as ant-1 --json");
  const id = added.json.data.task.id as string;
  await cli.ok(`-C m claim ${id} --as ant-2`);
  const watch = await watched(cli);
  cli.write("m/drafts/mine", `kind: claim\ntask: ${id}\n`);
  cli.write("m/drafts/never", "kind: task\n");
  await until("two faults", () => watch.names().length === 4);
  await cli.ok(`-C m release ${id} --as ant-2`);
  await until("the claim", () => !existsSync(cli.path("m/drafts/mine")));
  await until("the end of its fault", () => watch.names().length === 2);
  expect(watch.names()).toEqual(["never", "never.fault.txt"]);
  expect((await cli.ok(`-C m task show ${id} --json`)).json.data.task.claim.agent).toBe("ant-1");
  expect(
    watch.log.filter(({ draft, message }) => message === AT_FAULT && draft === "drafts/never"),
  ).toHaveLength(1);
});

test("a file is submitted when it has stopped changing, and an empty one not at all", async () => {
  const clock = virtualClock({ sleep: "wait" });
  const watch = await watched(await foundedCli(), { clock });
  const { cli } = watch;
  const path = cli.write("m/drafts/slow", "");
  cli.write("m/drafts/touched", "");
  for (const line of ["kind: task\n", "title: Slow\n", ...Array<string>(12).fill("# more\n")]) {
    await until("a wait", () => clock.sleeping() > 0);
    appendFileSync(path, line);
    await clock.advance(200);
    expect([watch.log, existsSync(path)]).toEqual([[], true]);
  }
  await until("the end of the draft", async () => {
    await clock.advance(200);
    return watch.log.length > 0;
  });
  expect(watch.names()).toEqual(["touched"]);
  expect(watch.log).toMatchObject([{ message: ACCEPTED, draft: "drafts/slow" }]);
});

test("editors that write beside and rename, and their temporary files, do no harm", async () => {
  const watch = await watched(await foundedCli());
  const { cli } = watch;
  const path = (name: string): string => cli.path("m/drafts", name);
  mkdirSync(watch.folder, { recursive: true });
  // As vim does: a probe, a swap file, the old file to a backup, and the new one in its place.
  writeFileSync(path("4913"), "");
  rmSync(path("4913"));
  writeFileSync(path(".fix.yaml.swp"), "b0VIM");
  writeFileSync(path("fix.yaml~"), wish("Backup"));
  writeFileSync(path(".fix.yaml.new"), wish("Renamed"));
  renameSync(path(".fix.yaml.new"), path("fix.yaml"));
  // As emacs does.
  writeFileSync(path("#fix.yaml#"), wish("Autosave"));
  await until("one task", async () => (await watch.titles()).length === 1);
  await until("the end of the draft", () => !existsSync(path("fix.yaml")));
  expect(await watch.titles()).toEqual(["Renamed"]);
  expect(watch.names()).toEqual(["#fix.yaml#", "fix.yaml~"]);
  expect(existsSync(path(".fix.yaml.swp"))).toBe(true);
});

test("the folder may be removed, made again, and be another", async () => {
  const watch = await watched(await foundedCli());
  const { cli, folder } = watch;
  cli.write("m/drafts/one", wish("One"));
  await until("the first task", async () => (await watch.titles()).length === 1);
  rmSync(folder, { recursive: true, force: true });
  expect(await watch.titles()).toEqual(["One"]);
  cli.write("m/drafts/two", wish("Two"));
  await until("the second task", async () => (await watch.titles()).length === 2);
  cli.write("m/other/three", wish("Three"));
  rmSync(folder, { recursive: true });
  renameSync(cli.path("m/other"), folder);
  await until("the third task", async () => (await watch.titles()).length === 3);
});

test("a submit that breaks is tried again, and nothing is submitted twice", async () => {
  const cli = await foundedCli();
  const opened = await Mound.open({ dir: cli.path("m"), environment: cli.environment });
  if (!opened.ok) throw new Error(opened.error.code);
  onTestFinished(() => opened.value.close());
  let calls = 0;
  const watch = await watched(cli, {
    submit: async (drafts) => {
      calls += 1;
      if (calls === 1) throw new Error("the disk is full");
      return submitDrafts(opened.value, ANT, drafts);
    },
  });
  cli.write("m/drafts/a", wish("Once"));
  await until("what became of it", () => watch.log.length === 2);
  expect(watch.log.map(({ message }) => message)).toEqual([
    "drafts could not be submitted",
    ACCEPTED,
  ]);
  expect(await watch.titles()).toEqual(["Once"]);
});

test("faults of drafts that went while nobody watched are cleared, other files are not", async () => {
  const cli = await foundedCli();
  cli.write("m/drafts/a.fault.txt", "Not submitted: drafts/a, line 1: it is empty.\n");
  cli.write("m/drafts/notes.fault.txt", "my own notes\n");
  const watch = await watched(cli);
  await until("the end of the fault", () => watch.names().length === 1);
  expect(watch.names()).toEqual(["notes.fault.txt"]);
});

test("many drafts at once are submitted once each, while a command submits them too", async () => {
  const cli = await foundedCli();
  const count = 40;
  for (let at = 0; at < count; at += 1) cli.write(`m/drafts/${at}`, wish(`Wish ${at}`));
  const watch = await watched(cli);
  const ran = await Promise.all([1, 2].map(() => cli.run("-C m submit --as ant-1 --json")));
  await gone(watch);
  expect(ran.map(({ json }) => json.ok)).toEqual([true, true]);
  const all = await cli.ok("-C m task list --as ant-1 --json --limit 1000");
  const titles = (all.json.data.tasks as { title: string }[]).map(({ title }) => title);
  expect(titles).toHaveLength(count);
  expect(new Set(titles).size).toBe(count);
  const marks = join(cli.path("m"), ".git/mound/drafts");
  await until("the end of all marks", () => readdirSync(marks).length === 0);
});

test("a watch that is told to stop ends, and leaves what it has not taken", async () => {
  const cli = await foundedCli();
  const watch = await watched(cli);
  await watch.stop();
  mkdirSync(watch.folder, { recursive: true });
  cli.write("m/drafts/late", wish("Late"));
  expect(await watch.titles()).toEqual([]);
  expect(watch.names()).toEqual(["late"]);
});
