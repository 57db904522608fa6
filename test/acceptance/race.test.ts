import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serveOrigin } from "../support/http-origin.ts";
import { byTurns, expectFairLine, race, SCALE, type Told } from "../support/race.ts";
import { cloneFor, foundSite } from "../support/site.ts";

const PROCESSES = Math.max(2, Math.round((SCALE > 1 ? 8 : 5) * SCALE));
const SHARERS = PROCESSES;
const TASKS = 4 * PROCESSES;
const LIMIT = { timeout: 300_000 };

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `ant-${index + 1}`);
}

/** Nobody is kept from taking by how much they hold: the race alone decides. */
const set = { claims_max: String(TASKS) };

/** All went for the same task first: one has it, and each of the others was told that it is held. */
function expectOneWinner(told: readonly Told[], contenders: number): void {
  const tried = told.filter(({ kind }) => kind === "tried");
  expect(tried).toHaveLength(contenders);
  expect(tried.filter(({ fault }) => fault === undefined)).toHaveLength(1);
  const codes = tried.flatMap(({ fault }) => (fault === undefined ? [] : [fault.code]));
  expect(new Set(codes)).toEqual(new Set(["held"]));
}

/** Each went on until there was nothing left, and met no other fault. */
function expectAllServed(told: readonly Told[], contenders: number): void {
  const faults = told.flatMap(({ kind, fault }) => (kind === "took" && fault ? [fault.code] : []));
  expect(faults).toEqual(Array.from({ length: contenders }, () => "nothing-to-take"));
}

describe(`${PROCESSES} processes with a clone each claim from ${TASKS} tasks`, () => {
  test.each(byTurns(["file", "http"]))(
    "over a %s origin each task is won exactly once",
    LIMIT,
    async (way) => {
      const agents = names(PROCESSES);
      const site = await foundSite({ agents, tasks: TASKS, set });
      const url = way === "file" ? site.origin : (await serveOrigin(site.origin)).url;
      const contenders = agents.map((agent) => ({ agent, dir: join(site.dir, agent) }));
      const told = await race(site, contenders, { url, wanted: site.tasks[0]! });
      expectOneWinner(told, PROCESSES);
      expectAllServed(told, PROCESSES);
      await expectFairLine(site, told);
    },
  );
});

test(`${SHARERS} processes that share a clone win each task exactly once`, LIMIT, async () => {
  const agents = names(SHARERS);
  const site = await foundSite({ agents, tasks: TASKS, set });
  const { cwd: dir } = await cloneFor(site, "shared");
  const contenders = agents.map((agent) => ({ agent, dir }));
  const told = await race(site, contenders, { url: site.origin, wanted: site.tasks[0]! });
  expectOneWinner(told, SHARERS);
  expectAllServed(told, SHARERS);
  await expectFairLine(site, told);
});
