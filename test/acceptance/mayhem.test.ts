import { join } from "node:path";
import { expect, test } from "vitest";
import { prng } from "../../src/base/prng.ts";
import { git } from "../contract/clone.ts";
import { mound, type Place } from "../support/command.ts";
import { expectAllDoneOnce, expectIdle } from "../support/done-once.ts";
import { Fleet } from "../support/fleet.ts";
import { live, untilReady } from "../support/live.ts";
import { mayhem, victim } from "../support/mayhem.ts";
import { locksIn, SCALE } from "../support/race.ts";
import { cloneFor, foundSite, journalOf, type Site } from "../support/site.ts";
import { stateOf } from "../support/streams.ts";
import { until } from "../support/until.ts";

const SEED = Number(process.env["MOUND_TEST_SEED"] ?? "1");
const MACHINES = ["left", "right"];
const AGENTS = Math.min(8, Math.max(2, Math.round(2 * SCALE)));
const MAYHEM_MS = Math.min(60_000, 8_000 * SCALE);
const TASKS = Math.max(20, Math.round(MAYHEM_MS / 500));
/** Short, so that the claims of the dead are taken over while the killing goes on. */
const LEASE = ["--lease", "3s"];
/** More than there are agents: whoever dies over a task has tried it. */
const ATTEMPTS = 99;

test(
  `daemons and workers are killed at random for ${MAYHEM_MS / 1_000} s, and then no more`,
  { timeout: 400_000 },
  async () => {
    const agents = MACHINES.flatMap((name) =>
      Array.from({ length: AGENTS }, (_, at) => `${name}-${at + 1}`),
    );
    const wish = { agents: [...agents, "adder"], tasks: TASKS, attempts: ATTEMPTS };
    const site = await foundSite(wish);
    const places = await Promise.all(MACHINES.map((name) => cloneFor(site, name)));
    const placeOf = (agent: string): Place => places[MACHINES.indexOf(agent.split("-")[0]!)]!;
    const fleet = await Fleet.at(site);
    const daemons = places.map((place, at) =>
      victim(`daemon ${MACHINES[at]}`, () => live(place, "watch")),
    );
    const workers = agents.map((agent) =>
      victim(agent, () => fleet.start(placeOf(agent), { agent, seconds: "0.7", options: LEASE })),
    );
    // One dies over a task for certain; the others as chance has it.
    const first = await until("a claim", () =>
      workers.find(({ live: worker }) => worker.lines.at(-1)?.["type"] === "claimed"),
    );
    await first.live.kill("tree");
    first.live = first.start();
    const over = AbortSignal.timeout(MAYHEM_MS);
    const adding = addTasks(places[0]!, over);
    const killed = await mayhem([...daemons, ...workers], prng(SEED), over);
    const added = await adding;
    await expectIdle(fleet);
    const taken = fleet.said("claimed").filter(({ token }) => token !== 1).length;
    console.info(
      `seed ${SEED}: ${killed.length} killed, ${added.length} tasks added meanwhile, ${taken} taken anew`,
    );

    await expectAllDoneOnce(fleet);
    await expectAdded(site, added);
    for (const daemon of daemons) {
      await untilReady(daemon.live);
      expect(await daemon.live.stop()).toMatchObject({ code: 0 });
    }
    for (const place of places) await expectHealed(place);
    const state = await stateOf(await cloneFor(site, "fresh"));
    for (const place of places) {
      expect(await mound(place, "sync")).toMatchObject({ code: 0 });
      expect(await stateOf(place)).toEqual(state);
    }
    expect(taken).toBeGreaterThan(0);
    // However slow the machine is; some 0.7 a second where it has nothing else to do.
    expect(killed.length).toBeGreaterThanOrEqual(3);
  },
);

/** One command after another, with the daemon or without; the ids of those that were acknowledged. */
async function addTasks(
  { cwd, environment }: Place,
  over: AbortSignal,
): Promise<readonly string[]> {
  const place = { cwd, environment: { ...environment, MOUND_AGENT: "adder" } };
  const added: string[] = [];
  for (let number = 1; !over.aborted; number += 1) {
    const title = `added ${number}`;
    const ran = await mound(place, "task", "add", title, "--attempts", String(ATTEMPTS));
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    added.push(ran.json!.data!.task.id);
  }
  return added;
}

/** Each was added, and none of them twice. */
async function expectAdded({ origin }: Site, added: readonly string[]): Promise<void> {
  const found = await git(origin, "grep", "-h", "-E", "^title: added ", "main", "--", "tasks/");
  const titles = found.split("\n");
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles).toHaveLength(added.length);
  for (const id of added) {
    const path = `tasks/${id.slice(0, 2)}/${id}/task.yaml`;
    expect(await git(origin, "ls-tree", "--name-only", "main", path)).toBe(path);
  }
}

/** The next command goes through, and leaves nothing of what the dead had begun. */
async function expectHealed(place: Place): Promise<void> {
  const last = { ...place, environment: { ...place.environment, MOUND_AGENT: "adder" } };
  expect(await mound(last, "task", "add", "the last")).toMatchObject({ code: 0 });
  expect(await journalOf(place)).toEqual([]);
  const gitDir = join(place.cwd, ".git");
  expect(await locksIn(gitDir)).toEqual([]);
  expect(await git(gitDir, "--work-tree", place.cwd, "status", "--porcelain")).toBe("");
  expect(await git(gitDir, "fsck", "--full", "--strict", "--no-dangling")).toBe("");
}
