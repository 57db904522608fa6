import { work, trustedColony, ROOTS } from "../trusted-colony.ts";
import { siege } from "../siege.ts";
import { MINUTE, World } from "../world.ts";
import { keptFrom, type Outcome, scoreOf, share, turnedAway } from "./outcome.ts";

const WIDTH = 16;

/** It takes as many tasks as it gets and does none; then takes the next ones. */
export function claimAndAbandon(): Outcome {
  const minutes = (settings: Readonly<Record<string, string>>) =>
    siege({ settings, width: WIDTH }).held;
  const figures = {
    heldWithout: minutes({}),
    heldCooling: minutes({ cooldown: "1m" }),
    heldTrusted: minutes({ cooldown: "1m", limits: "trusted" }),
    doneTrusted: siege({ settings: { cooldown: "1m", limits: "trusted" }, width: WIDTH }).done,
  };
  const { heldWithout, heldCooling, heldTrusted, doneTrusted } = figures;
  return {
    name: "Claim and abandon",
    attack: `Takes ${WIDTH} tasks at once for 5 minutes each and does none, for an hour.`,
    defence:
      "`cooldown: 1m` keeps who let leases lapse from claims, twice as long each time; `limits: trusted` lends newcomers a quarter.",
    outcome: `Task-minutes held: ${heldWithout} without, ${heldCooling} with the cooldown, ${heldTrusted} with both; an honest worker does ${doneTrusted} tasks meanwhile.`,
    figures,
    exits: turnedAway(lapsed().run("attacker", { type: "next" })),
  };
}

/** A mound with a cooldown in which the attacker has just let a task lapse. */
function lapsed(): World {
  const world = World.found();
  for (const name of ["attacker", "worker"]) world.agent(name);
  world.must("root", { type: "configure", set: { key: "cooldown", value: "1m" } });
  const victim = world.add("victim");
  world.add("another");
  world.must("attacker", { type: "claim", task: victim, lease: MINUTE });
  world.pass(MINUTE).must("worker", { type: "claim", task: victim });
  return world;
}

const TASKS = 20;
const NEEDED = "0.3";

/** It says that it can do what it cannot, after some good work of another sort. */
export function capabilityLiar(): Outcome {
  const open = lie(undefined);
  const asking = lie(NEEDED);
  const { world, spoiled, before, after } = asking;
  const task = world.add("rust work", { needs: ["rust"], trust: NEEDED });
  const figures = {
    spoiledWithout: open.spoiled,
    spoiledAsking: spoiled,
    scoreBefore: before,
    scoreAfter: after,
  };
  return {
    name: "Capability liar",
    attack: `Declares a skill that it lacks after good work at others, takes ${TASKS} tasks that need it and fails them.`,
    defence: `Each failure is half a bad deed by who made the task; a task asks \`trust: ${NEEDED}\`.`,
    outcome: `Tasks spoiled: ${open.spoiled} without, ${spoiled} where they ask for trust; its score falls from ${share(before)} to ${share(after)}.`,
    figures,
    exits: keptFrom(world, "liar", task),
  };
}

interface Lie {
  readonly world: World;
  readonly spoiled: number;
  readonly before: number;
  readonly after: number;
}

function lie(trust: string | undefined): Lie {
  const world = trustedColony("liar");
  work(world, ROOTS.slice(0, 3), "liar", 3);
  const before = scoreOf(world, "liar");
  world.must("liar", { type: "can", skills: ["rust"] });
  let spoiled = 0;
  for (let n = 0; n < TASKS; n += 1) {
    const root = ROOTS[n % ROOTS.length]!;
    const asked = trust === undefined ? {} : { trust };
    const task = world.pass(1_000).add("rust work", { needs: ["rust"], ...asked }, root);
    if (!world.run("liar", { type: "claim", task }).ok) continue;
    world.pass(1_000).must("liar", { type: "finish", task, outcome: "failed" });
    spoiled += 1;
  }
  return { world, spoiled, before, after: scoreOf(world, "liar") };
}
