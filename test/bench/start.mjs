// How long the command takes to start, against the start of node itself.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { median } from "./numbers.mjs";
import { environmentOf, foundWorld } from "./world.mjs";

export async function version(context) {
  return startOf(context, ["--version"], context.dir);
}

export async function status(context) {
  const dir = join(context.dir, "status");
  const tasks = context.sizes.statusTasks;
  const world = await foundWorld(context.library, { dir, agents: 0, tasks, bare: false });
  await world.mound.close();
  return startOf(context, ["status"], join(dir, "founder"), environmentOf(dir));
}

/** Medians of many runs in turns: node alone, then the command. */
function startOf({ command, sizes, tell }, args, cwd, environment = process.env) {
  // It makes node read a file of certificates at each start, which takes twice the start itself.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = environment;
  const samples = { baseline: [], measured: [] };
  timed(["-e", "0"], { cwd, env });
  timed([command, ...args], { cwd, env });
  for (let run = 1; run <= sizes.starts; run += 1) {
    samples.baseline.push(timed(["-e", "0"], { cwd, env }));
    samples.measured.push(timed([command, ...args], { cwd, env }));
  }
  tell(`${sizes.starts} starts`);
  const value = median(samples.measured) / median(samples.baseline);
  return { value, unit: "× the start of node", samples, details: [{ unit: "milliseconds" }] };
}

function timed(args, options) {
  const from = performance.now();
  const { status: code, stderr } = spawnSync(process.execPath, args, options);
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}: ${stderr}`);
  return performance.now() - from;
}
