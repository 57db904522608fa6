// A fresh `mound` command for each claim, through the daemon: what most agents do.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { baselineOf } from "./daemon.mjs";
import { lines } from "./git.mjs";
import { median, quantile } from "./numbers.mjs";
import { inTurns } from "./turns.mjs";
import { besideWatcher } from "./watcher.mjs";
import { checkLine, foundWorld } from "./world.mjs";

export function freshCommands(context) {
  const { command, library, sizes, tell } = context;
  const measure = async (round) => {
    const world = await foundWorld(library, {
      dir: join(context.dir, `fresh-${round}`),
      agents: sizes.agents,
      tasks: sizes.daemonTasks,
      bare: false,
    });
    await world.mound.close();
    const { environment, names } = world;
    const dir = join(world.dir, "founder");
    tell("bare starts of node");
    const bare = await loops(names, sizes.freshSeconds, async () => {
      await node(["-e", "0"], dir, environment);
    });
    tell("a fresh command for each claim");
    const { results, ...fresh } = await besideWatcher({ command, dir, environment }, () =>
      loops(names, sizes.freshSeconds, (name) => claim(command, name, dir, environment)),
    );
    await checkLine(library, world, results);
    const times = results.map(({ ms }) => ms);
    return {
      perSecond: fresh.perSecond,
      wins: results.length,
      medianMs: median(times),
      p99Ms: quantile(times, 0.99),
      bareStartsPerSecond: bare.perSecond,
      ofBareStarts: fresh.perSecond / bare.perSecond,
    };
  };
  return inTurns(context, sizes.crowdRounds, baselineOf(context), measure);
}

/** One loop for each name, all at the same time, until the seconds are over; each ends what it began. */
async function loops(names, seconds, once) {
  const results = [];
  const from = performance.now();
  const until = from + seconds * 1_000;
  await Promise.all(
    names.map(async (name) => {
      while (performance.now() < until) results.push(await once(name));
    }),
  );
  return { results, perSecond: (results.length * 1_000) / (performance.now() - from) };
}

async function claim(command, name, dir, environment) {
  const from = performance.now();
  const said = await node([command, "next", "--claim", "--json", "--as", name], dir, environment);
  const { task, commit } = JSON.parse(said).data;
  return { agent: name, task: task.id, commit, ms: performance.now() - from };
}

async function node(args, cwd, env) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "ignore"] });
  return (await lines(child)).join("\n");
}
