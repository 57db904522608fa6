// What the judge at a repository's door adds to a push, at some length of history.
import { cp, rm } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { grow } from "./fold.mjs";
import { git, gitLine } from "./git.mjs";
import { median, quantile } from "./numbers.mjs";
import { foundWorld } from "./world.mjs";

const AGENTS = 4;

/** Two copies of one repository, of which one has the judge, are pushed the same commits in turns. */
export async function door(context) {
  const { command, library, sizes, tell } = context;
  const dir = join(context.dir, "door");
  const { doorCommits: commits, doorPushes: pushes } = sizes;
  const tasks = Math.ceil((commits + pushes) / 3);
  const world = await foundWorld(library, { dir, agents: AGENTS, tasks, bare: false });
  await grow(world, commits, tell);
  const [judged, plain] = [join(dir, "judged.git"), join(dir, "plain.git")];
  await rm(join(world.origin, "hooks"), { recursive: true, force: true });
  // As an origin that is looked after has them: in a pack.
  await git(["-C", world.origin, "gc", "--quiet"]);
  for (const copy of [judged, plain]) await cp(world.origin, copy, { recursive: true });
  await grow(world, commits + pushes, tell);
  await world.mound.close();
  const installed = timed(process.execPath, [command, "hook", "install", judged]);
  const listed = await gitLine(["rev-list", "--reverse", "--first-parent", "main"], world.origin);
  const samples = { baseline: [], measured: [] };
  const times = { judged: [], plain: [] };
  for (const [at, oid] of listed.split("\n").slice(commits).entries()) {
    tell(`push ${at + 1} of ${pushes}`);
    const bare = timed(process.execPath, ["-e", "0"]);
    const push = (to) =>
      timed("git", ["-C", world.origin, "push", "--quiet", to, `${oid}:refs/heads/main`]);
    // Whichever comes first finds colder files.
    const order = at % 2 === 0 ? [plain, judged] : [judged, plain];
    const took = new Map(order.map((to) => [to, push(to)]));
    times.judged.push(took.get(judged));
    times.plain.push(took.get(plain));
    samples.baseline.push(bare);
    samples.measured.push(took.get(judged) - took.get(plain));
  }
  const moved = await gitLine(["rev-parse", "main"], judged);
  if (moved !== listed.split("\n").at(-1)) throw new Error("the judge did not take every push");
  const value = median(samples.measured) - median(samples.baseline);
  const details = [
    {
      commits,
      unit: "milliseconds",
      judged: median(times.judged),
      plain: median(times.plain),
      bareStart: median(samples.baseline),
      p90: quantile(samples.measured, 0.9),
      install: installed,
    },
  ];
  return { value, unit: "ms besides a bare start of node", samples, details };
}

function timed(file, args) {
  const from = performance.now();
  const { status, stderr } = spawnSync(file, args);
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${stderr}`);
  return performance.now() - from;
}
