import { join } from "node:path";
import { expect, test } from "vitest";
import { prng } from "../../src/base/prng.ts";
import { git } from "../contract/clone.ts";
import type { Place } from "../support/command.ts";
import { expectAllDoneOnce, expectIdle } from "../support/done-once.ts";
import { Fleet } from "../support/fleet.ts";
import { live, type Line, type Live, startDaemon } from "../support/live.ts";
import { mayhem, victim } from "../support/mayhem.ts";
import { SCALE } from "../support/race.ts";
import { cloneFor, foundSite } from "../support/site.ts";
import { expectEveryCommit, ofCommits, replayed, withoutRepeats } from "../support/streams.ts";
import { until } from "../support/until.ts";

const SEED = Number(process.env["MOUND_TEST_SEED"] ?? "1");
const WRITERS = ["ant-1", "ant-2", "ant-3"];
const TASKS = Math.max(6, Math.round(12 * SCALE));

test(
  "a consumer that is killed again and again misses nothing, while git packs all that it can",
  { timeout: 300_000 },
  async () => {
    const site = await foundSite({ agents: [], tasks: TASKS });
    const begun = await git(site.origin, "rev-parse", "main");
    const place = await cloneFor(site, "shared");
    const daemon = await startDaemon(place);
    const fleet = await Fleet.at(site);
    const over = new AbortController();
    const packing = [join(place.cwd, ".git"), site.origin].map((dir) => pack(dir, over.signal));
    const consumer = new Consumer(place, begun);
    const eater = victim("consumer", () => consumer.start());
    for (const agent of WRITERS)
      fleet.start(place, { agent, seconds: "0.1", options: ["--lease", "3s"] });
    const idle = expectIdle(fleet).finally(() => over.abort());
    const kills = mayhem([eater], prng(SEED), over.signal);
    const rounds = await Promise.all(packing);
    await idle;
    console.info(`seed ${SEED}: ${(await kills).length} kills, packed ${rounds.join(" and ")}`);

    const last = await git(site.origin, "rev-parse", "main");
    await until("the events of the last commit", () =>
      [consumer.lines(), daemon.lines].every((lines) =>
        lines.some(({ commit }) => commit === last),
      ),
    );
    await eater.live.stop();
    await daemon.stop();
    await expectAllDoneOnce(fleet);
    for (const dir of [join(place.cwd, ".git"), site.origin])
      expect(await git(dir, "fsck", "--full", "--strict", "--no-dangling")).toBe("");
    const told = await replayed(await cloneFor(site, "fresh"), begun);
    await expectEveryCommit(site, told, begun);
    expect(withoutRepeats(ofCommits(consumer.lines()))).toEqual(told);
    expect(ofCommits(daemon.lines)).toEqual(told);
    expect((await kills).length).toBeGreaterThan(1);
  },
);

/**
 * Packs refs and objects, in every way that people and git itself do, until it is told to stop. A gc
 * that stumbles over what moves beside it gives up, as git does; the check of the whole comes at the end.
 */
async function pack(gitDir: string, over: AbortSignal): Promise<string> {
  const ways = [
    ["pack-refs", "--all"],
    ["repack", "-a", "-d", "-q"],
    ["gc", "--quiet"],
  ];
  const ran = { well: 0, badly: 0 };
  while (!over.aborted)
    for (const way of ways) {
      const well = await git(gitDir, ...way).then(
        () => true,
        () => false,
      );
      ran[well ? "well" : "badly"] += 1;
    }
  expect(ran.well).toBeGreaterThan(ran.badly);
  return `${ran.well} times of ${ran.well + ran.badly}`;
}

/** `mound events --follow --cursor`, started again wherever it was killed. */
class Consumer {
  readonly #place: Place;
  readonly #since: string;
  readonly #lives: Live[] = [];

  constructor(place: Place, since: string) {
    this.#place = place;
    this.#since = since;
  }

  /** Where no place is kept yet, it begins where the first one did. */
  start(): Live {
    const started = live(
      this.#place,
      "events",
      "--follow",
      "--since",
      this.#since,
      "--cursor",
      "seen",
    );
    this.#lives.push(started);
    return started;
  }

  lines(): readonly Line[] {
    return this.#lives.flatMap(({ lines }) => lines);
  }
}
