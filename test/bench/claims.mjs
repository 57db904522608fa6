// The rows about claims: one process, a crowd with a clone each, a crowd that shares one clone.
import { join } from "node:path";
import { crowd, spread } from "./crowd.mjs";
import { median } from "./numbers.mjs";
import { inTurns, naiveOf } from "./turns.mjs";
import { checkLine, countPushes, expectOk, foundWorld, ROOT } from "./world.mjs";

/** More tasks than are ever won in the time, few enough to be added in one commit. */
const TASKS_FOR_EACH = 60;
/** Of one agent; twice what it claims, where that is more. */
const TASKS_AT_LEAST = 400;

export function oneAgent(context) {
  const { library, sizes } = context;
  const measure = async (round) => {
    const dir = join(context.dir, `one-${round}`);
    const tasks = Math.max(TASKS_AT_LEAST, 2 * sizes.claims);
    const world = await foundWorld(library, { dir, agents: 1, tasks, bare: false });
    await world.mound.close();
    return measureCrowd(context, world, { wins: sizes.claims, own: false });
  };
  return inTurns(context, sizes.rounds, naiveOf(context, 1, sizes.naiveSeconds.one), measure);
}

export function ownClones(context) {
  return many(context, true);
}

export function sharedClone(context) {
  return many(context, false);
}

async function many(context, own) {
  const { library, sizes } = context;
  const measure = async (round) => {
    const dir = join(context.dir, `${own ? "own" : "shared"}-${round}`);
    const tasks = sizes.agents * TASKS_FOR_EACH;
    const world = await foundWorld(library, { dir, agents: sizes.agents, tasks, bare: own });
    await world.mound.close();
    return measureCrowd(context, world, { wins: sizes.wins, own });
  };
  const baseline = naiveOf(context, sizes.agents, sizes.naiveSeconds.many);
  return inTurns(context, sizes.crowdRounds, baseline, measure);
}

async function measureCrowd(context, world, { wins, own }) {
  const { library, sizes, tell } = context;
  const { environment, names, origin } = world;
  const agents = [];
  for (const name of names) {
    const dir = own ? join(world.dir, name) : join(world.dir, "founder");
    if (own) {
      tell(`a clone for ${name}`);
      const clone = await library.cloneMound({ url: origin, dir, environment });
      await expectOk(clone).close();
    }
    agents.push({ name, dir });
  }
  const result = await crowd({
    library: library.path,
    agents,
    environment,
    wins,
    limit: sizes.limitSeconds,
    tell,
  });
  await checkLine(library, world, result.won);
  const times = result.won.map((win) => win.ms);
  return {
    perSecond: result.won.length / result.seconds,
    wins: result.won.length,
    seconds: result.seconds,
    leastWins: Math.min(...result.counts),
    spread: spread(result.counts),
    medianMs: median(times),
    slowestMs: Math.max(...times),
  };
}

/** One process that submits many commands as one batch: commands a second, and how many pushes. */
export async function batch(context) {
  const { library, sizes, tell } = context;
  const samples = [];
  const details = [];
  for (let round = 1; round <= sizes.rounds; round += 1) {
    tell(`round ${round} of ${sizes.rounds}`);
    const dir = join(context.dir, `batch-${round}`);
    const tasks = 2 * sizes.batch;
    const world = await foundWorld(library, { dir, agents: 0, tasks, bare: false });
    // The first batch of a process also pays for compiling what it runs: it is not an agent's day.
    const warm = await submitMany(world, sizes.batch / 4);
    const pushed = await countPushes(world.origin);
    const from = performance.now();
    const won = await submitMany(world, sizes.batch);
    const seconds = (performance.now() - from) / 1000;
    const pushes = (await countPushes(world.origin)) - pushed;
    await world.mound.close();
    await checkLine(library, world, [...warm, ...won]);
    samples.push(sizes.batch / seconds);
    details.push({ pushes, seconds });
  }
  return { value: median(samples), unit: "commands/s", samples: { measured: samples }, details };
}

async function submitMany(world, count) {
  const commands = Array.from({ length: count }, () => ({ type: "next" }));
  const outcomes = await world.mound.submit(ROOT, commands, { project: false });
  return outcomes.map((outcome) => {
    const { answer, commit } = expectOk(outcome);
    return { task: answer.tasks[0], commit };
  });
}
