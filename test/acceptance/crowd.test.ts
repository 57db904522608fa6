import { expect, test } from "vitest";
import { expectAllDoneOnce, expectIdle } from "../support/done-once.ts";
import { Fleet, notePushes, pushesTo } from "../support/fleet.ts";
import { startDaemon } from "../support/live.ts";
import { SCALE } from "../support/race.ts";
import { cloneFor, countCommits, foundSite } from "../support/site.ts";

/** Each worker is a process of some 60 MB that takes a third of a second to start. */
const AGENTS = Math.min(32, Math.max(2, Math.round(8 * SCALE)));
const TASKS = 4 * AGENTS;

test(
  `${AGENTS} agents at one daemon do ${TASKS} tasks, each once`,
  { timeout: 300_000 },
  async () => {
    const site = await foundSite({ agents: [], tasks: TASKS });
    const before = await notePushes(site.origin);
    const place = await cloneFor(site, "shared");
    const daemon = await startDaemon(place);
    const fleet = await Fleet.at(site);
    for (let number = 1; number <= AGENTS; number += 1)
      fleet.start(place, { agent: `ant-${number}` });
    await expectIdle(fleet);
    const commits = (await countCommits(site.origin)) - before;
    const pushes = await pushesTo(site.origin);
    console.info(`${commits} commits in ${pushes} pushes`);
    expect(commits).toBeGreaterThanOrEqual(2 * pushes);
    expect(await daemon.stop()).toMatchObject({ code: 0 });
    await expectAllDoneOnce(fleet);
    expect(await fleet.runs()).toHaveLength(TASKS);
  },
);
