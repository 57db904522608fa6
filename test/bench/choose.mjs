// What a choice among many open tasks costs: in a warm process, and on top of a fresh command.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bundled } from "./bundled.mjs";
import { median, quantile } from "./numbers.mjs";
import { environmentOf, foundWorld } from "./world.mjs";

/** How many tasks are open; the row's value is of the second. */
const SIZES = [1_000, 10_000, 30_000];

export async function choose(context) {
  const { dir, sizes, tell } = context;
  tell("bundling");
  const { measureChoosing } = await import(await bundled(dir, "test", "bench", "choosing.ts"));
  const details = SIZES.map((tasks) => {
    tell(`${tasks} open tasks`);
    const { newTip, sameTip } = measureChoosing(tasks, sizes.choices);
    const [medianMs, p90Ms] = [median(newTip), quantile(newTip, 0.9)];
    return { tasks, unit: "ms of processor time", medianMs, p90Ms, sameTip: median(sameTip) };
  });
  details.push(await freshCommands(context));
  return { value: details[1].medianMs, unit: "ms of processor time", details };
}

/** What `mound next` takes besides `mound status`, both fresh, on a mound of so many open tasks. */
async function freshCommands({ dir, command, library, sizes, tell }) {
  const folder = join(dir, "fresh");
  const tasks = sizes.openTasks;
  const world = await foundWorld(library, { dir: folder, agents: 1, tasks, bare: false });
  await world.mound.close();
  const cwd = join(folder, "founder");
  const env = { ...environmentOf(folder), MOUND_AGENT: world.names[0] };
  const times = { status: [], next: [] };
  for (let run = 0; run <= sizes.starts; run += 1) {
    tell(`fresh commands, ${run} of ${sizes.starts}`);
    for (const name of run % 2 === 0 ? ["status", "next"] : ["next", "status"])
      times[name].push(timed([command, name], { cwd, env }));
  }
  const [status, next] = [median(times.status.slice(1)), median(times.next.slice(1))];
  return { tasks, unit: "ms of a fresh command", status, next, adds: next - status };
}

function timed(args, options) {
  const from = performance.now();
  const { status: code, stderr } = spawnSync(process.execPath, args, options);
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}: ${stderr}`);
  return performance.now() - from;
}
