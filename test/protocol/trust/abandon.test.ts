/** Claim-and-abandon on the judge itself, see `siege`. */
import { expect, test } from "vitest";
import { siege } from "../../support/siege.ts";
import { MINUTE, World } from "../../support/world.ts";

const WIDE = 16;

test("[CL16] claiming one task at a time: from all of the hour to less than half of it", () => {
  const without = siege({ settings: {}, width: 1 });
  expect(without).toMatchObject({ held: 60, busy: 60, claims: 12 });
  const cooled = siege({ settings: { cooldown: "1m" }, width: 1 });
  // 5 minutes of each lease, and between them 1, 2, 4, 8 and 16 minutes, and then 32.
  expect(cooled).toMatchObject({ held: 29, busy: 29, claims: 6 });
});

test("[CL16] claiming as much as the mound allows: from all of the hour to the first lease", () => {
  const without = siege({ settings: {}, width: WIDE });
  expect(without).toMatchObject({ held: 16 * 60, busy: 60 });
  const cooled = siege({ settings: { cooldown: "1m" }, width: WIDE });
  // Sixteen lapses at once: a minute, doubled fifteen times, is more than a day.
  expect(cooled).toMatchObject({ held: 16 * 5, busy: 5, claims: 16 });
});

test("[CL11] [CL13] [CL16] where limits grow with trust too, a quarter of that", () => {
  const settings = { cooldown: "1m", limits: "trusted" };
  const outcome = siege({ settings, width: WIDE });
  // Four claims of 75 seconds, seen each minute, then 8 minutes; four more, and the hour is over.
  expect(outcome.claims).toBeLessThanOrEqual(8);
  expect(outcome.held).toBeLessThanOrEqual(16);
  expect(outcome.held).toBeGreaterThan(0);
});

test("[CL16] the honest worker goes on: it does in each siege what it would do without", () => {
  const alone = siege({ settings: {}, width: 0 });
  expect(alone).toEqual({ held: 0, busy: 0, claims: 0, done: 60 });
  for (const settings of [{}, { cooldown: "1m" }, { cooldown: "1m", limits: "trusted" }]) {
    const { done, claims, held } = siege({ settings, width: WIDE });
    expect(done).toBeGreaterThanOrEqual(60);
    // What it took over is done besides.
    expect(done).toBeLessThanOrEqual(60 + claims);
    expect(held).toBeLessThanOrEqual(16 * 60);
  }
});

test("[CL16] a task of one's own, done in between, buys no pardon", () => {
  const world = World.found();
  for (const name of ["attacker", "worker"]) world.agent(name);
  world.must("root", { type: "configure", set: { key: "cooldown", value: "1m" } });
  const own = world.add("own", {}, "attacker");
  const victim = world.add("victim");
  world.must("attacker", { type: "claim", task: own });
  world.must("attacker", { type: "claim", task: victim, lease: MINUTE });
  world.pass(MINUTE);
  world.must("worker", { type: "claim", task: victim });
  world.must("attacker", { type: "finish", task: own, outcome: "done" });
  const refused = world.run("attacker", { type: "next" });
  expect(refused.ok || refused.error).toMatchObject({ rule: "CL16", lapses: 1 });
});
