import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound, type Place } from "../support/command.ts";
import { expectAllDoneOnce, expectIdle } from "../support/done-once.ts";
import { Fleet } from "../support/fleet.ts";
import { startDaemon } from "../support/live.ts";
import { scaled } from "../support/scale.ts";
import { cloneFor, foundSite, type Site } from "../support/site.ts";

const SKILLS = ["build", "design", "docs", "law", "ops", "research", "review", "typescript"];
/** Each worker is a process of some 60 MB that takes a third of a second to start. */
const AGENTS = scaled(8, 32);
const TASKS = scaled(24, 400);
/** Folders that tasks reserve: few, so that those with paths are often in each other's way. */
const AREAS = Math.max(4, Math.round(AGENTS / 2));
const MACHINES = ["left", "right"];

test(
  `${AGENTS} agents with ${SKILLS.length} skills do ${TASKS} tasks at two daemons: each by one who can, never two on one path`,
  { timeout: 1_200_000 },
  async () => {
    const site = await foundSite({ agents: [], tasks: 0 });
    const places = await Promise.all(MACHINES.map((name) => cloneFor(site, name)));
    await importTasks(places[0]!, site);
    for (const place of places) await startDaemon(place);
    const fleet = await Fleet.at(site);
    for (let number = 0; number < AGENTS; number += 1) {
      const skills = skillsOf(number);
      fleet.start(places[number % places.length]!, {
        agent: `ant-${number}`,
        options: skills.flatMap((skill) => ["--can", skill]),
      });
    }
    await expectIdle(fleet);
    await expectAllDoneOnce(fleet);
    await expectSkilled(site, fleet);
    await expectApart(site);
    expect(await mound(await cloneFor(site, "auditor"), "audit", "--fresh")).toMatchObject({
      code: 0,
    });
  },
);

/** Two each, so that every skill is somebody's from eight agents on. */
function skillsOf(agent: number): readonly string[] {
  return [SKILLS[agent % SKILLS.length]!, SKILLS[(3 * agent + 1) % SKILLS.length]!];
}

async function importTasks(place: Place, site: Site): Promise<void> {
  const lines = Array.from({ length: TASKS }, (_, at) =>
    JSON.stringify({
      title: `task ${at}`,
      needs: [SKILLS[at % SKILLS.length]],
      // A folder, or one file in it: both are in the way of the other.
      ...(at % 3 === 0
        ? {}
        : { paths: [`src/area-${at % AREAS}/${at % 3 === 1 ? "**" : "a.ts"}`] }),
    }),
  );
  const file = join(site.dir, "tasks.ndjson");
  await writeFile(file, `${lines.join("\n")}\n`);
  expect(await mound(place, "task", "import", file, "--as", "root")).toMatchObject({ code: 0 });
}

/** By the files alone: whoever claimed a task says that it can do what the task needs. */
async function expectSkilled(site: Site, fleet: Fleet): Promise<void> {
  const needs = await field(site, "tasks/*/*/task.yaml", "needs", 2);
  const can = await field(site, "agents/*/capabilities.yaml", "skills", 1);
  const runs = await fleet.runs();
  expect(runs.length).toBeGreaterThanOrEqual(TASKS);
  for (const { task, agent } of runs)
    expect(can.get(agent), `${agent} ran ${task}, which needs ${needs.get(task)?.join()}`).toEqual(
      expect.arrayContaining([...(needs.get(task) ?? ["nothing known"])]),
    );
}

/** The items of a list in each record, by the folder that names it: block style, as Mound writes. */
async function field(
  site: Site,
  files: string,
  name: string,
  segment: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const args = ["grep", "-E", `^(${name}:|  - |[a-z_]+:)`, "main", "--", files];
  const lists = new Map<string, string[]>();
  let open = false;
  for (const line of (await git(site.origin, ...args)).split("\n")) {
    const [, path = "", text = ""] = /^main:([^:]+):(.*)$/.exec(line) ?? [];
    if (!text.startsWith("  - ")) open = text.startsWith(`${name}:`);
    else if (open) {
      const owner = path.split("/")[segment]!;
      lists.set(owner, [...(lists.get(owner) ?? []), text.slice("  - ".length)]);
    }
  }
  return lists;
}

/** By git's own account of the lock files, in the order of the line: no area is held twice, but by plain files apart. */
async function expectApart(site: Site): Promise<void> {
  const paths = await field(site, "tasks/*/*/task.yaml", "paths", 2);
  const log = await git(
    site.origin,
    "log",
    "--reverse",
    "--no-renames",
    "--format=commit %H",
    "--name-status",
    "main",
    "--",
    "tasks/*/*/claim.lock",
  );
  const held = new Map<string, string>();
  let claims = 0;
  for (const line of log.split("\n")) {
    const [, status, task] = /^([AMD])\ttasks\/..\/([^/]+)\/claim\.lock$/.exec(line) ?? [];
    const area = paths.get(task ?? "")?.[0]?.split("/")[1];
    if (status === undefined || area === undefined) continue;
    if (status === "D") held.delete(area);
    if (status !== "A") continue;
    claims += 1;
    expect(held.get(area), `${task} was claimed while this held ${area}`).toBeUndefined();
    held.set(area, task!);
  }
  expect(claims).toBeGreaterThanOrEqual([...paths.values()].length);
}
