// `mound replay` to the middle of a long history, against git's own verification of as many commits.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { allowedSigners, grow, showSignatures } from "./fold.mjs";
import { gitLine } from "./git.mjs";
import { median } from "./numbers.mjs";
import { countCommits, foundWorld } from "./world.mjs";

const AGENTS = 4;

/** Of the whole command, its start included; nothing that is kept helps it to a state of the past. */
export async function replayToTheMiddle(context) {
  const { library, sizes, tell } = context;
  const dir = join(context.dir, "replay");
  const tasks = Math.ceil(sizes.commits / 3);
  const world = await foundWorld(library, { dir, agents: AGENTS, tasks, bare: false });
  await grow(world, sizes.commits, tell);
  const signers = await allowedSigners(world);
  await world.mound.close();
  const middle = Math.ceil((await countCommits(world.origin)) / 2);
  const commit = await gitLine(["rev-parse", `main~${middle}`], world.origin);
  const number = Number(await gitLine(["rev-list", "--count", commit], world.origin));
  const samples = { baseline: [], measured: [] };
  for (let round = 1; round <= sizes.rounds; round += 1) {
    tell(`round ${round} of ${sizes.rounds}: git log --show-signature`);
    samples.baseline.push(await showSignatures(world.origin, signers, sizes.sample));
    tell(`round ${round} of ${sizes.rounds}: a replay of ${number} commits`);
    samples.measured.push(replay(context, world, commit, number) / number);
  }
  const value = median(samples.baseline) / median(samples.measured);
  const details = [{ commits: number, unit: "milliseconds a commit" }];
  return { value, unit: "× faster than git, per commit", samples, details };
}

/** Milliseconds; throws unless the state is the one of that commit. */
function replay({ command }, { dir, environment }, commit, number) {
  const from = performance.now();
  const args = [command, "-C", join(dir, "founder"), "replay", "--to", commit, "--json"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    env: environment,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const ms = performance.now() - from;
  if (status !== 0) throw new Error(`mound replay ended with ${status}: ${stderr}`);
  const { at } = JSON.parse(stdout).data;
  if (at.commit !== commit || at.number !== number) throw new Error(`replayed to ${at.number}`);
  return ms;
}
