import { fork } from "node:child_process";
import { join } from "node:path";

/**
 * Starts one process for each agent, lets them begin together and stops them when each has `wins`
 * (or nothing is left, or `limit` seconds are over). Answers every win, with its agent, task, commit
 * and time in milliseconds, and the seconds from the start to the last answer. `each`: so many agents
 * of one folder share a process, where each opens the mound for itself.
 */
export async function crowd({
  library,
  agents,
  environment,
  wins,
  limit,
  each = 1,
  tell = () => {},
}) {
  const members = groups(agents, each).map((group) => start(library, group, environment));
  const won = [];
  const counts = new Map(agents.map(({ name }) => [name, 0]));
  const stop = once(() => members.forEach(({ child }) => tellChild(child, "stop")));
  let timer;
  try {
    await Promise.all(members.map((member) => member.ready));
    const from = performance.now();
    timer = setTimeout(stop, limit * 1000);
    for (const { child } of members) {
      child.on("message", (message) => {
        if (message.kind !== "won") return;
        won.push(message);
        counts.set(message.agent, counts.get(message.agent) + 1);
        const least = Math.min(...counts.values());
        tell(`${won.length} wins, the slowest agent has ${least}`);
        if (least >= wins) stop();
      });
      tellChild(child, "go");
    }
    await Promise.all(members.map((member) => member.ended));
    clearTimeout(timer);
    return { won, counts: [...counts.values()], seconds: (performance.now() - from) / 1000 };
  } finally {
    clearTimeout(timer);
    for (const { child } of members) child.kill("SIGKILL");
  }
}

/** What the slowest agent won against the fastest: 1 is fair. */
export function spread(counts) {
  return Math.max(...counts) / Math.min(...counts);
}

/** A child that has just ended cannot be told anything; its exit is seen elsewhere. */
function tellChild(child, word) {
  if (child.connected) child.send(word, () => {});
}

function once(action) {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}

function groups(agents, size) {
  const count = Math.ceil(agents.length / size);
  return Array.from({ length: count }, (_, at) => agents.slice(at * size, (at + 1) * size));
}

function start(library, group, environment) {
  const script = join(import.meta.dirname, "worker.mjs");
  const [{ name, dir }] = group;
  const names = group.map((agent) => agent.name);
  const child = fork(script, [library, dir, ...names], { env: environment });
  const said = (kind) =>
    new Promise((resolve, reject) => {
      child.on("message", (message) => {
        if (message.kind === kind) resolve();
        if (message.kind === "fault")
          reject(new Error(`${name}: ${JSON.stringify(message.error)}`));
      });
      child.on("exit", (code, signal) =>
        reject(new Error(`${name} ended with ${code ?? signal} before "${kind}"`)),
      );
    });
  const ended = said("ended");
  const ready = said("ready");
  // Each is awaited later, and may fail before.
  ended.catch(() => {});
  return { child, ready, ended };
}
