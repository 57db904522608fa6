// A long history, folded cold with all signatures verified, against git's own verification.
import { fork } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, gitLine } from "./git.mjs";
import { median } from "./numbers.mjs";
import { countCommits, expectOk, foundWorld } from "./world.mjs";

const AGENTS = 4;
/** Commands in one push while the history is made. */
const CHAIN = 300;

export async function fold(context) {
  const { library, sizes, tell } = context;
  const dir = join(context.dir, "fold");
  const tasks = Math.ceil(sizes.commits / 3);
  const world = await foundWorld(library, { dir, agents: AGENTS, tasks, bare: false });
  await grow(world, sizes.commits, tell);
  const { commonDir } = world.mound.clone;
  const signers = await allowedSigners(world);
  await world.mound.close();
  const commits = await countCommits(world.origin);
  const samples = { baseline: [], measured: [] };
  for (let round = 1; round <= sizes.rounds; round += 1) {
    tell(`round ${round} of ${sizes.rounds}: git log --show-signature`);
    samples.baseline.push(await showSignatures(world.origin, signers, sizes.sample));
    tell(`round ${round} of ${sizes.rounds}: a cold fold of ${commits} commits`);
    await rm(join(commonDir, "mound", "cache"), { recursive: true, force: true });
    const { ms, state } = await foldInProcess(
      library.path,
      join(dir, "founder"),
      world.environment,
    );
    if (state.commits !== commits || state.refused > 0) {
      throw new Error(`${state.commits} of ${commits} commits folded, ${state.refused} refused`);
    }
    samples.measured.push(ms / commits);
  }
  const value = median(samples.baseline) / median(samples.measured);
  const details = [{ commits, unit: "milliseconds a commit" }];
  return { value, unit: "× faster than git, per commit", samples, details };
}

/** Claims, progress and endings by several agents, until the line has so many commits. */
export async function grow({ mound, origin, names }, commits, tell) {
  for (let have = await countCommits(origin), turn = 0; have < commits; turn += 1) {
    const agent = names[turn % names.length];
    const left = Math.min(CHAIN, commits - have);
    const claims = Math.ceil(left / 3);
    const fill = (type) => Array.from({ length: claims }, () => ({ type }));
    const taken = await submit(mound, agent, fill("next"));
    const on = taken.map(({ answer }) => answer.tasks[0]);
    const renewals = on.map((task) => ({ type: "renew", task, progress: { percent: 50 } }));
    const endings = on.map((task) => ({ type: "finish", task, outcome: "done", result: "done" }));
    await submit(mound, agent, [...renewals, ...endings].slice(0, left - claims));
    have = await countCommits(origin);
    tell(`the history has ${have} commits`);
  }
}

async function submit(mound, agent, commands) {
  const outcomes = await mound.submit(agent, commands, { project: false });
  return outcomes.map(expectOk);
}

/** Every agent's key in force, as git reads it. */
export async function allowedSigners({ dir, mound }) {
  const keys = await mound.read((view) =>
    view.keys("agent/").map((key) => `* namespaces="git" ${view.get(key).key}`),
  );
  const path = join(dir, "allowed_signers");
  await writeFile(path, `${keys.join("\n")}\n`);
  return path;
}

/** Milliseconds a commit; throws unless git finds every signature good. */
export async function showSignatures(repository, signers, count) {
  const from = performance.now();
  const args = ["-c", "gpg.format=ssh", "-c", `gpg.ssh.allowedSignersFile=${signers}`];
  const log = ["log", "--show-signature", "--format=%G?", `-n${count}`, "main"];
  const said = await git(["-C", repository, ...args, ...log]);
  const ms = performance.now() - from;
  const good = said.split("\n").filter((line) => line === "G").length;
  const expected = Math.min(
    count,
    Number(await gitLine(["rev-list", "--count", "main"], repository)),
  );
  if (good !== expected) throw new Error(`git found ${good} of ${expected} signatures good`);
  return ms / good;
}

function foldInProcess(library, dir, env) {
  const child = fork(join(import.meta.dirname, "fold-worker.mjs"), [library, dir], { env });
  return new Promise((resolve, reject) => {
    child.on("message", resolve);
    child.on("exit", (code) => reject(new Error(`the fold ended with ${code}`)));
  });
}
