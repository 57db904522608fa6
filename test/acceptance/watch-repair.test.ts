import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, type Place } from "../support/command.ts";
import { startDaemon, type Live } from "../support/live.ts";
import { cloneFor, foundSite } from "../support/site.ts";
import { until } from "../support/until.ts";
import { Vandal } from "../support/vandal.ts";

/** Three daemons draw up to ten seconds, and the machine may be busy. */
const PATIENCE = { withinMs: 40_000 };

function typesOf({ lines }: Live): readonly unknown[] {
  return lines.map(({ type }) => type);
}

function repairsIn({ cwd }: Place): number {
  const log = readFileSync(join(cwd, ".git/mound/watch.log"), "utf8");
  return log.split("\n").filter((line) => line.includes("repaired the line")).length;
}

test("three daemons that see the same damage undo it once, and say so", async () => {
  const names = ["ant", "bee", "cat"];
  const site = await foundSite({ agents: names, tasks: 2 });
  const places = await Promise.all(names.map((name) => cloneFor(site, name)));
  const daemons = await Promise.all(places.map((place) => startDaemon(place, "--repair")));
  const good = await git(site.origin, "rev-parse", "main^{tree}");
  const before = Number(await git(site.origin, "rev-list", "--count", "main"));
  const vandal = await Vandal.at(site);
  const task = `tasks/${site.tasks[0]!.slice(0, 2)}/${site.tasks[0]!}/task.yaml`;
  const refused = await vandal.push([
    { path: task, gone: true },
    { path: "a\nb", text: "junk\n" },
  ]);
  const mended = async (): Promise<boolean> =>
    (await git(site.origin, "rev-parse", "main^{tree}")) === good;
  await until("the repair", mended, PATIENCE);
  for (const daemon of daemons)
    await until("the news of it", () => typesOf(daemon).includes("change.repaired"), PATIENCE);
  // A command of an agent nearby goes the same way meanwhile.
  expect(await mound(places[0]!, "claim", site.tasks[0]!)).toMatchObject({ code: 0 });
  for (const daemon of daemons) {
    await until("the claim", () => typesOf(daemon).includes("task.claimed"), PATIENCE);
    expect(typesOf(daemon).slice(-3)).toEqual([
      "change.refused",
      "change.repaired",
      "task.claimed",
    ]);
    expect(daemon.lines.at(-2)).toMatchObject({ refs: [refused] });
    expect(await daemon.stop()).toMatchObject({ code: 0 });
  }
  expect(Number(await git(site.origin, "rev-list", "--count", "main"))).toBe(before + 3);
  expect(places.map(repairsIn).toSorted((a, b) => a - b)).toEqual([0, 0, 1]);
});

test("a daemon undoes what was there before it came, and what comes after that", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 1 });
  const ant = await cloneFor(site, "ant");
  const good = await git(site.origin, "rev-parse", "main^{tree}");
  const vandal = await Vandal.at(site);
  await vandal.push([{ path: "README.md", text: "mine\n" }]);
  const daemon = await startDaemon(ant, "--repair");
  const mended = async (): Promise<boolean> =>
    (await git(site.origin, "rev-parse", "main^{tree}")) === good;
  await until("the first repair", mended, PATIENCE);
  await vandal.push([{ path: "x", mode: "120000", text: "/" }]);
  expect(await mended()).toBe(false);
  await until("the second repair", mended, PATIENCE);
  expect(await daemon.stop()).toMatchObject({ code: 0 });
  expect(repairsIn(ant)).toBe(2);
});

test("a daemon that repairs is told in whose name, also as a service", async () => {
  const site = await foundSite({ agents: ["ant"], tasks: 1 });
  const ant = await cloneFor(site, "ant");
  const nobody = { ...ant, environment: { ...ant.environment, MOUND_AGENT: "" } };
  expect(await mound(nobody, "watch", "--repair")).toMatchObject({ code: 2 });
  const service = await mound(ant, "watch", "--repair", "--service", "systemd");
  expect(service.stdout).toContain("--repair");
  expect(service.stdout).toContain("ant");
});
