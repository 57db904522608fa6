// A long history of many agents, audited cold by the command, against git's own verification; then the
// same once more after one more commit.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { allowedSigners, showSignatures } from "./fold.mjs";
import { median } from "./numbers.mjs";
import { countCommits, expectOk, foundWorld } from "./world.mjs";

/** Tasks that one agent takes, works on and finishes in one turn. */
const TURN = 38;
/** Milliseconds between two looks at what a process holds. */
const LOOK_MS = 5;

export async function audit(context) {
  const { library, sizes, command, tell } = context;
  if (process.platform !== "linux") throw new Error("resident sets are read as Linux gives them");
  const dir = join(context.dir, "audit");
  const { auditAgents: agents, auditTasks: tasks } = sizes;
  const world = await foundWorld(library, { dir, agents, tasks, bare: true });
  await grow(world, sizes.auditCommits, tell);
  const signers = await allowedSigners(world);
  const commits = await countCommits(world.origin);
  const samples = { baseline: [], measured: [], warm: [], peak: [] };
  for (let round = 1; round <= sizes.rounds; round += 1) {
    tell(`round ${round} of ${sizes.rounds}: git log --show-signature`);
    samples.baseline.push(await showSignatures(world.origin, signers, sizes.sample));
    tell(`round ${round} of ${sizes.rounds}: a cold audit of ${commits} commits`);
    const cold = await auditOnce(command, world, ["--fresh"]);
    const judged = await countCommits(world.origin);
    if (cold.data.tally.commits !== judged || cold.data.failed)
      throw new Error(`${cold.data.tally.commits} of ${judged} commits passed the audit`);
    samples.measured.push(cold.ms / judged);
    samples.peak.push(cold.peak);
    await submit(world.mound, world.names[0], [{ type: "add", tasks: [{ title: "one more" }] }]);
    const warm = await auditOnce(command, world, []);
    const anew = await auditOnce(command, world, ["--no-cache"]);
    if (warm.data.proof.line !== anew.data.proof.line) throw new Error("warm is not as cold");
    samples.warm.push(warm.ms);
  }
  await world.mound.close();
  const value = median(samples.baseline) / median(samples.measured);
  const details = [
    { commits, agents, tasks, unit: "milliseconds a commit" },
    { peakMB: Math.max(...samples.peak), warmMs: median(samples.warm) },
  ];
  return { value, unit: "× faster than git, per commit", samples, details };
}

/** Tasks taken, worked on and finished by one agent after the other, until there are so many commits. */
async function grow({ mound, origin, names }, commits, tell) {
  for (let have = await countCommits(origin), turn = 0; have < commits; turn += 1) {
    const agent = names[turn % names.length];
    const taken = await mound.submit(
      agent,
      Array.from({ length: TURN }, () => ({ type: "next" })),
      { project: false },
    );
    const on = taken.flatMap((outcome) => (outcome.ok ? outcome.value.answer.tasks : []));
    if (on.length === 0) throw new Error(`there are no tasks for more than ${have} commits`);
    const at = (percent) => on.map((task) => ({ type: "renew", task, progress: { percent } }));
    const endings = on.map((task) => ({ type: "finish", task, outcome: "done", result: "done" }));
    await submit(mound, agent, [...at(50), ...at(90), ...endings]);
    have = await countCommits(origin);
    tell(`the history has ${have} commits`);
  }
}

async function submit(mound, agent, commands) {
  const outcomes = await mound.submit(agent, commands, { project: false });
  for (const outcome of outcomes) expectOk(outcome);
}

/** The command on the bare repository: milliseconds from its start to its end, and megabytes at the most. */
function auditOnce(command, { origin, environment }, options) {
  const from = performance.now();
  const args = [command, "audit", "--git-dir", origin, "--json", ...options];
  const child = spawn(process.execPath, args, {
    env: environment,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  let peak = 0;
  child.stdout.on("data", (chunk) => (text += chunk));
  const look = setInterval(async () => {
    // It counts what the process held at the most so far; one that has ended has no such line.
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const kilobytes = Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
    peak = Math.max(peak, (kilobytes * 1_024) / 1_000_000);
  }, LOOK_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(look);
      const ms = performance.now() - from;
      if (code === 0) resolve({ ms, peak, data: JSON.parse(text).data });
      else reject(new Error(`the audit ended with ${code}: ${text}`));
    });
  });
}
