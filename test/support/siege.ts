/**
 * Claim-and-abandon on the judge itself: an attacker takes tasks with no intention to do them, and takes the next
 * when a lease is over. An honest worker takes over what lapsed, does it, and goes on. What is measured is how much
 * of an hour the attacker keeps tasks from others, and how much work gets done.
 */
import { HOUR, MINUTE, World } from "./world.ts";

const LEASE = 5 * MINUTE;
/** More than all of them take in the hour. */
const TASKS = 280;

export interface Held {
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

export function siege(attack: Attack): Held {
  const name = JSON.stringify(attack);
  const known = SIEGES.get(name) ?? besiege(attack);
  SIEGES.set(name, known);
  return known;
}

/** By attack: each takes a second or more. */
const SIEGES = new Map<string, Held>();

function besiege({ settings, width }: Attack): Held {
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
