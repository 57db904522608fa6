/**
 * Claim-and-abandon on the judge itself: an attacker takes tasks with no intention to do them, and takes the next
 * when a lease is over. An honest worker takes over what lapsed, does it, and goes on. What is measured is how much
 * of an hour the attacker keeps tasks from others, and how much work gets done.
 */
import { expect, test } from "vitest";
import { World } from "../../support/world.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LEASE = 5 * MINUTE;
/** More than all of them take in the hour. */
const TASKS = 280;

interface Outcome {
  /** Task-minutes that the attacker held live claims in the hour. */
  readonly held: number;
  /** In how many minutes of the hour it held anything. */
  readonly busy: number;
  /** Claims that it got. */
  readonly claims: number;
  readonly done: number;
}

interface Attack {
  readonly settings: Readonly<Record<string, string>>;
  /** How many tasks it goes for at once. */
  readonly width: number;
}

function siege(attack: Attack): Outcome {
  const name = JSON.stringify(attack);
  const known = OUTCOMES.get(name) ?? besiege(attack);
  OUTCOMES.set(name, known);
  return known;
}

/** By attack: each takes a second or more. */
const OUTCOMES = new Map<string, Outcome>();

function besiege({ settings, width }: Attack): Outcome {
  const world = World.found();
  for (const name of ["attacker", "worker"]) world.agent(name);
  const all = { lease_default: "5m", lease_max: "5m", ...settings };
  for (const [key, value] of Object.entries(all))
    world.must("root", { type: "configure", set: { key: key as "cooldown", value } });
  const specs = Array.from({ length: TASKS }, (_, n) => ({ title: `task ${n}`, attempts: 9 }));
  const { tasks } = world.must("root", { type: "add", tasks: specs });
  const from = Math.ceil(world.now / MINUTE) * MINUTE;
  world.now = from;
  let [held, busy, claims, done] = [0, 0, 0, 0];
  for (; world.now < from + HOUR; world.pass(MINUTE)) {
    done += work(world, tasks);
    const live = () => liveClaims(world).length;
    for (let more = width - live(); more > 0; more -= 1) {
      const ran = world.run("attacker", { type: "next", lease: LEASE });
      if (!ran.ok) break;
      claims += 1;
    }
    held += live();
    busy += Math.min(1, live());
  }
  return { held, busy, claims, done };
}

function liveClaims(world: World): readonly string[] {
  return Object.entries(world.state.get("held/attacker") ?? {}).flatMap(([id, until]) =>
    world.now < until ? [id] : [],
  );
}

/** The honest worker takes over all that lapsed, and does it and one more each minute. */
function work(world: World, tasks: readonly string[]): number {
  const lapsed = tasks.filter((id) => {
    const { claim } = world.task(id);
    return claim !== undefined && world.now >= claim.until;
  });
  let done = 0;
  for (const task of lapsed) done += finish(world, { type: "claim", task });
  return done + finish(world, { type: "next" });
}

function finish(world: World, take: { type: "next" } | { type: "claim"; task: string }): number {
  const taken = world.run("worker", take);
  if (!taken.ok) return 0;
  const [task] = taken.value.answer.tasks;
  world.must("worker", { type: "finish", task: task!, outcome: "done" });
  return 1;
}

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
