// What `mound watch` holds in memory on a mound with many open tasks.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { crowd } from "./crowd.mjs";
import { Told } from "./told.mjs";
import { besideWatcher } from "./watcher.mjs";
import { checkLine, foundWorld } from "./world.mjs";

/** Claims through the daemon before it is looked at. */
const CLAIMS = 20;

/**
 * The resident set after claims and their events, in MB, of a daemon that found the state kept and of
 * one that had to fold all of history; the value is the larger one.
 */
export async function memory(context) {
  const { library, sizes, tell } = context;
  if (process.platform !== "linux") throw new Error("resident sets are read as Linux gives them");
  const dir = join(context.dir, "memory");
  const world = await foundWorld(library, { dir, agents: 1, tasks: sizes.openTasks, bare: false });
  const { commonDir } = world.mound.clone;
  await world.mound.close();
  const kept = await watched(context, world);
  tell("all of history is folded anew");
  await rm(join(commonDir, "mound", "cache"), { recursive: true });
  const folded = await watched(context, world);
  await checkLine(library, world, [...kept.won, ...folded.won]);
  const details = [
    { state: "kept", resident: kept.resident, peak: kept.peak },
    { state: "folded anew", resident: folded.resident, peak: folded.peak },
  ];
  return {
    value: Math.max(kept.resident, folded.resident),
    unit: "MB",
    samples: { measured: [kept.resident, folded.resident] },
    details,
  };
}

async function watched({ library, command, sizes }, { dir: root, environment, names }) {
  const dir = join(root, "founder");
  const told = new Told();
  return besideWatcher({ command, dir, environment, told: told.hear }, async ({ pid }) => {
    const { won } = await crowd({
      library: library.path,
      agents: names.map((name) => ({ name, dir })),
      environment,
      wins: CLAIMS,
      limit: sizes.limitSeconds,
    });
    await told.of(won.at(-1).commit);
    return { won, ...(await residentOf(pid)) };
  });
}

/** Megabytes: now, and at the most. */
async function residentOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const field = (name) =>
    (Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)[1]) * 1_024) / 1_000_000;
  return { resident: field("VmRSS"), peak: field("VmHWM") };
}
