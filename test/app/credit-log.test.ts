import { expect, test } from "vitest";
import { creditLog } from "../../src/app/credit-log.ts";
import { memoryStateCache } from "../../src/memory/state-cache.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { longHistory } from "../support/long-history.ts";
import { Purses } from "../support/purses.ts";
import { worldOrigins } from "../support/world-ports.ts";
import { HOUR, MINUTE, World } from "../support/world.ts";

async function entriesOf(world: World, agent?: string) {
  const ports = { ...worldOrigins(world)().clone(), cache: memoryStateCache() };
  const found = await creditLog({ ports, tip: world.tip! }, agent as AgentId | undefined);
  if (!found.ok) throw new Error(found.error.code);
  return found.value;
}

test("has each movement with its commit, who made that, and what is left", async () => {
  const world = World.found();
  for (const agent of ["ant-1", "ant-2"]) {
    world.agent(agent);
    world.must("root", { type: "grant", to: agent, amount: 9, reason: `for ${agent}` });
  }
  const task = world.add("one", { stake: 5 });
  world.must("ant-1", { type: "claim", task, lease: MINUTE });
  world.pass(HOUR).must("ant-2", { type: "claim", task });
  const taken = { commit: world.tip, number: world.log.length, by: "ant-2", time: world.now };
  world.must("ant-2", { type: "finish", task, outcome: "failed" });
  expect((await entriesOf(world, "ant-1")).slice(-2)).toMatchObject([
    { what: "locked", amount: 5, free: 4, locked: 5, task, by: "ant-1" },
    { what: "forfeited", amount: 5, free: 4, locked: 0, task, agent: "ant-1", ...taken },
  ]);
  const all = await entriesOf(world);
  expect(all.slice(0, 2)).toMatchObject([
    { what: "granted", agent: "ant-1", amount: 9, by: "root", reason: "for ant-1" },
    { what: "granted", agent: "ant-2", amount: 9, by: "root", reason: "for ant-2" },
  ]);
  expect(all.slice(-3)).toMatchObject([
    { what: "locked", agent: "ant-2", free: 4, ...taken },
    { what: "forfeited", agent: "ant-2", amount: 3, free: 4, locked: 2 },
    { what: "returned", agent: "ant-2", amount: 2, free: 6, locked: 0, reason: undefined },
  ]);
});

test("of a long history is what its records say, refused commits left out", async () => {
  const world = longHistory(600, 7);
  const purses = new Purses();
  const expected = world.verdicts.flatMap((verdict, at) =>
    verdict.accepted
      ? purses
          .take(verdict.records, verdict.time)
          .map((moved) => ({ ...moved, commit: world.log[at]!.oid, number: at + 1 }))
      : [],
  );
  expect(expected.length).toBeGreaterThan(20);
  expect(await entriesOf(world)).toMatchObject(expected);
});
