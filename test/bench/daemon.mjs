// The rows about claims through `mound watch`: long-lived clients, over an embedded origin and over http.
import { join } from "node:path";
import { crowd, spread } from "./crowd.mjs";
import { serveRepositories } from "./http-origin.mjs";
import { median, quantile } from "./numbers.mjs";
import { inTurns, naiveOf } from "./turns.mjs";
import { besideWatcher } from "./watcher.mjs";
import { checkLine, foundWorld } from "./world.mjs";

/**
 * Few clients are a process each. Many are as many connections, each with an agent of its own and one
 * claim under way, in as few processes: 128 processes on a few cores would measure how the system
 * divides the cores among them, and what a claim costs the client is the same in either.
 */
export function daemon(context) {
  const { sizes } = context;
  const measure = async (round) => {
    const world = await foundWorld(context.library, {
      dir: join(context.dir, `daemon-${round}`),
      agents: sizes.manyClients,
      tasks: sizes.daemonTasks,
      bare: false,
    });
    return measureClients(context, world, round);
  };
  return inTurns(context, sizes.crowdRounds, baselineOf(context), measure);
}

export async function daemonOverHttp(context) {
  const { sizes } = context;
  const server = await serveRepositories(context.dir);
  const measure = async (round) => {
    const world = await foundWorld(context.library, {
      dir: join(context.dir, `http-${round}`),
      agents: sizes.manyClients,
      tasks: sizes.daemonTasks,
      bare: true,
      reach: server.reach,
    });
    return measureClients(context, world, round);
  };
  try {
    return await inTurns(context, sizes.crowdRounds, baselineOf(context, server.reach), measure);
  } finally {
    server.close();
  }
}

/** As many agents as there are few clients. */
export function baselineOf(context, reach) {
  const { agents, naiveSeconds } = context.sizes;
  return naiveOf(context, agents, naiveSeconds.daemon, reach);
}

async function measureClients(context, world, round) {
  const { command, sizes } = context;
  const { agents: few, manyClients: many, daemonClaims } = sizes;
  await world.mound.close();
  const dir = join(world.dir, "founder");
  const { environment } = world;
  const won = [];
  const measured = await besideWatcher({ command, dir, environment }, async () => {
    const claims = async (clients, count) => {
      const result = await clientsOf(context, world, few, clients, Math.ceil(count / clients));
      won.push(...result.won);
      return result;
    };
    // A daemon that has just started also compiles what it runs: it is not an agent's day.
    await claims(few, daemonClaims / 4);
    const results = new Map();
    // Neither number of clients always has the shorter history.
    for (const clients of round % 2 === 1 ? [few, many] : [many, few])
      results.set(clients, await claims(clients, daemonClaims));
    return results;
  });
  await checkLine(context.library, world, won);
  const [fewer, more] = [few, many].map((clients) => figures(measured.get(clients)));
  return { ...fewer, manyClients: many, ofMany: more.perSecond, p99MsOfMany: more.p99Ms };
}

function clientsOf({ library, sizes, tell }, world, processes, clients, wins) {
  const dir = join(world.dir, "founder");
  return crowd({
    library: library.path,
    agents: world.names.slice(0, clients).map((name) => ({ name, dir })),
    each: clients / processes,
    environment: world.environment,
    wins,
    limit: sizes.limitSeconds,
    tell: (words) => tell(`${clients} clients: ${words}`),
  });
}

function figures({ won, seconds, counts }) {
  const times = won.map(({ ms }) => ms);
  return {
    perSecond: won.length / seconds,
    wins: won.length,
    spread: spread(counts),
    medianMs: median(times),
    p99Ms: quantile(times, 0.99),
  };
}
