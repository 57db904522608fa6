import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A cold start on a busy machine, and the fold of what the clone has not verified yet. */
const READY_MS = 120_000;

/**
 * Starts `mound watch --json` in a clone and waits for it to be ready. `told(event, at)` is called with
 * each event and the moment (of `performance.now`) at which its line was read. `stop` asks the daemon to
 * end and throws unless it ends well; `kill` is for a row that has failed.
 */
export async function startWatcher({ command, dir, environment, told = () => {} }) {
  const child = spawn(process.execPath, [command, "watch", "--json"], {
    cwd: dir,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let talk = "";
  child.stderr.on("data", (chunk) => (talk += chunk));
  const ended = once(child, "close");
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("mound watch is not ready")), READY_MS);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const at = performance.now();
      const said = JSON.parse(line);
      if (said.type !== "ready") return told(said, at);
      clearTimeout(timer);
      return resolve();
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`mound watch ended with ${code}: ${talk}`));
    });
  });
  const kill = () => child.kill("SIGKILL");
  // It would outlive a bench that breaks off.
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  await ready.catch((error) => {
    kill();
    throw error;
  });
  return {
    pid: child.pid,
    kill,
    async stop() {
      child.kill("SIGTERM");
      const [code] = await ended;
      if (code !== 0) throw new Error(`mound watch ended with ${code}: ${talk}`);
    },
  };
}

/** Runs something beside a watcher, which then ends well or, where that failed, at once. */
export async function besideWatcher(options, work) {
  const watcher = await startWatcher(options);
  try {
    const found = await work(watcher);
    await watcher.stop();
    return found;
  } finally {
    watcher.kill();
  }
}
