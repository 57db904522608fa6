import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, gitLine, lines } from "./git.mjs";

const PERSON = {
  GIT_AUTHOR_NAME: "naive",
  GIT_AUTHOR_EMAIL: "naive@example.invalid",
  GIT_COMMITTER_NAME: "naive",
  GIT_COMMITTER_EMAIL: "naive@example.invalid",
};

/**
 * What people do today, measured: `agents` shell scripts, each with a clone of its own of one bare
 * repository. Answers wins, tries and claims a second over about `seconds` of work. `reach` answers the
 * URL by which the clones reach the repository at a path: the path itself unless said.
 */
export async function naive({ dir, agents, tasks, seconds, reach = (path) => path }) {
  const origin = join(dir, "origin.git");
  await mkdir(dir, { recursive: true });
  await git(["init", "-q", "--bare", "-b", "main", origin]);
  const url = await reach(origin);
  await seed(join(dir, "seed"), url, tasks);
  const clones = Array.from({ length: agents }, (_, index) => join(dir, `agent-${index}`));
  for (const clone of clones) await git(["clone", "-q", url, clone]);
  const from = performance.now();
  const tallies = await Promise.all(clones.map((clone, index) => work(clone, index + 1, seconds)));
  const elapsed = (performance.now() - from) / 1000;
  const wins = tallies.map(([won]) => won);
  const won = wins.reduce((sum, count) => sum + count, 0);
  const commits = Number(await gitLine(["rev-list", "--count", "main"], origin));
  if (commits !== won + 1) throw new Error(`the naive line has ${commits} commits for ${won} wins`);
  const tries = tallies.reduce((sum, [, count]) => sum + count, 0);
  return { agents, won, tries, wins, seconds: elapsed, perSecond: won / elapsed };
}

async function seed(folder, url, tasks) {
  await git(["clone", "-q", url, folder]);
  for (const name of ["tasks", "claims"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "claims", ".keep"), "");
  for (let task = 1; task <= tasks; task += 1) {
    await writeFile(join(folder, "tasks", String(task)), "task\n");
  }
  await git(["-C", folder, "add", "tasks", "claims"]);
  await git(["-C", folder, "commit", "-qm", "seed"], { env: PERSON });
  await git(["-C", folder, "push", "-q", "origin", "main"]);
}

async function work(clone, agent, seconds) {
  const script = join(import.meta.dirname, "naive-worker.sh");
  const child = spawn("bash", [script, clone, String(agent), String(seconds)], {
    env: { ...process.env, ...PERSON },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await lines(child);
  return line.split(" ").map(Number);
}
