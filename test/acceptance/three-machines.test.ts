import { expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import { mound } from "../support/command.ts";
import { expectAllDoneOnce, expectIdle } from "../support/done-once.ts";
import { Fleet, notePushes, pushesTo } from "../support/fleet.ts";
import { live, startDaemon } from "../support/live.ts";
import { SCALE } from "../support/race.ts";
import { cloneFor, countCommits, foundSite } from "../support/site.ts";
import { expectEveryCommit, ofCommits, replayed, stateOf } from "../support/streams.ts";
import { until } from "../support/until.ts";

const MACHINES = ["left", "middle", "right"];
const AGENTS = Math.min(8, Math.max(2, Math.round(2 * SCALE)));
const TASKS = (SCALE > 1 ? 4 : 2) * MACHINES.length * AGENTS;
/** Tasks that are open at a time, so that machines wait for one another. */
const GAP = 2 * MACHINES.length;

test(
  `three daemons with ${AGENTS} agents each do ${TASKS} tasks that wait for one another`,
  { timeout: 300_000 },
  async () => {
    const site = await foundSite({ agents: [], tasks: TASKS, gap: GAP });
    const before = await notePushes(site.origin);
    const begun = await git(site.origin, "rev-parse", "main");
    const places = await Promise.all(MACHINES.map((name) => cloneFor(site, name)));
    const daemons = await Promise.all(places.map((place) => startDaemon(place)));
    const consumers = places.map((place) => live(place, "events", "--follow", "--since", begun));
    const fleet = await Fleet.at(site);
    places.forEach((place, at) => {
      for (let number = 1; number <= AGENTS; number += 1)
        fleet.start(place, { agent: `${MACHINES[at]}-${number}` });
    });
    await expectIdle(fleet);
    const commits = (await countCommits(site.origin)) - before;
    console.info(`${commits} commits in ${await pushesTo(site.origin)} pushes`);
    const last = await git(site.origin, "rev-parse", "main");
    for (const consumer of [...consumers, ...daemons])
      await until("the events of the last commit", () =>
        consumer.lines.some(({ commit }) => commit === last),
      );
    for (const one of [...consumers, ...daemons])
      expect(await one.stop()).toMatchObject({ code: 0 });

    await expectAllDoneOnce(fleet);
    expect(await fleet.runs()).toHaveLength(TASKS);
    const fresh = await cloneFor(site, "fresh");
    const state = await stateOf(fresh);
    for (const place of places) {
      expect(await mound(place, "sync")).toMatchObject({ code: 0 });
      expect(await stateOf(place)).toEqual(state);
    }
    const told = await replayed(fresh, begun);
    await expectEveryCommit(site, told, begun);
    for (const { lines } of [...consumers, ...daemons]) expect(ofCommits(lines)).toEqual(told);
  },
);
