import { rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git } from "../contract/clone.ts";
import type { Place } from "../support/command.ts";
import { cuttingProxy } from "../support/cutting-proxy.ts";
import { expectAllDoneOnce, expectIdle } from "../support/done-once.ts";
import { Fleet } from "../support/fleet.ts";
import { serveOrigin } from "../support/http-origin.ts";
import { startDaemon } from "../support/live.ts";
import { cloneFor, foundSite, type Site } from "../support/site.ts";
import { ofCommits, replayed } from "../support/streams.ts";
import { until } from "../support/until.ts";

const AGENTS = ["ant-1", "ant-2"];
const TASKS = 10;

/** An origin that can be taken away, and put back. */
interface Fickle {
  readonly url: string;
  readonly leave: () => Promise<unknown>;
  readonly comeBack: () => Promise<unknown>;
}

const ways: readonly (readonly [string, (site: Site) => Promise<Fickle>])[] = [
  [
    "a folder",
    async ({ origin: url }) => ({
      url,
      leave: () => rename(url, `${url}.away`),
      comeBack: () => rename(`${url}.away`, url),
    }),
  ],
  [
    "a server",
    async ({ origin }) => {
      const { url, down, up } = await cuttingProxy(await serveOrigin(origin));
      return { url, leave: down, comeBack: up };
    },
  ],
];

describe("an origin goes away while work is under way", () => {
  test.each(ways)(
    "%s: workers wait for it, the daemon goes on, and nothing is lost",
    { timeout: 180_000 },
    async (_, make) => {
      const site = await foundSite({ agents: AGENTS, tasks: TASKS });
      const begun = await git(site.origin, "rev-parse", "main");
      const fickle = await make(site);
      const place = await cloneFor(site, "shared", fickle.url);
      const daemon = await startDaemon(place);
      const fleet = await Fleet.at(site);
      for (const agent of AGENTS) fleet.start(place, { agent, seconds: "0.3" });
      await until("the first results", () => fleet.said("done").length >= 2);
      await fickle.leave();
      await until("both workers to say that it is away", () =>
        fleet.workers.every(({ talk }) => talk().includes("It is tried again.")),
      );
      const done = fleet.said("done").length;
      expect(done).toBeLessThan(TASKS);
      await fickle.comeBack();
      await expectIdle(fleet);
      await until("the events of the last commit", async () => {
        const last = await git(site.origin, "rev-parse", "main");
        return daemon.lines.some(({ commit }) => commit === last);
      });
      expect(await daemon.stop()).toMatchObject({ code: 0 });
      await expectAllDoneOnce(fleet);
      expect(await fleet.runs()).toHaveLength(TASKS);
      const told = await replayed(await cloneFor(site, "fresh"), begun);
      expect(ofCommits(daemon.lines)).toEqual(told);
    },
  );
});

test("a line that was rewritten ends the daemon and the workers, and both say so", async () => {
  const site = await foundSite({ agents: AGENTS, tasks: TASKS });
  const place: Place = await cloneFor(site, "shared");
  const daemon = await startDaemon(place);
  const fleet = await Fleet.at(site);
  const workers = AGENTS.map((agent) => fleet.start(place, { agent, seconds: "0.3" }));
  await until("the first results", () => fleet.said("done").length >= 2);
  await git(site.origin, "update-ref", "refs/heads/main", `main~3`);
  const forced = await git(site.origin, "rev-parse", "main");
  const ended = await daemon.ended;
  expect(ended).toMatchObject({ code: 6 });
  const error = { ok: false, error: { code: "history-rewritten" } };
  expect(daemon.lines.at(-1)).toMatchObject(error);
  for (const worker of workers) {
    expect(await worker.ended).toMatchObject({ code: 6 });
    expect(worker.lines.at(-1)).toMatchObject(error);
  }
  expect(await git(site.origin, "rev-parse", "main")).toBe(forced);
  const known = await git(join(place.cwd, ".git"), "rev-parse", "refs/mound/line");
  expect(known).not.toBe(forced);
});
