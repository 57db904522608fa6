import type { ChildProcess } from "node:child_process";

/** What is needed of a child: execa's and node's own both have it. */
type Child = Pick<ChildProcess, "pid" | "stdout" | "stderr">;

export interface Supervision {
  readonly timedOut: () => boolean;
  /** To be called when the child has ended. */
  readonly release: () => void;
}

/** git removes its lock files and temporary packs on SIGTERM; this long it may take. */
const GRACE_MS = 2_000;

const live = new Set<number>();

/**
 * Ends the child's whole group when time is up: SIGTERM, then SIGKILL. A child in a group of its
 * own would outlive this process, so the groups still alive are ended when the process exits.
 */
export function superviseGroup(child: Child, timeoutMs: number): Supervision {
  let expired = false;
  const timers: NodeJS.Timeout[] = [];
  if (child.pid !== undefined) {
    if (live.size === 0) process.on("exit", endAll);
    live.add(child.pid);
  }
  timers.push(
    setTimeout(() => {
      expired = true;
      killGroup(child.pid, "SIGTERM");
      timers.push(setTimeout(() => giveUp(child), GRACE_MS));
    }, timeoutMs),
  );
  return {
    timedOut: () => expired,
    release: () => {
      for (const timer of timers) clearTimeout(timer);
      if (child.pid !== undefined) live.delete(child.pid);
      if (live.size === 0) process.off("exit", endAll);
    },
  };
}

/** Signals a child and all that it started. A group that has ended already is no fault. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch (error) {
    // macOS answers EPERM where only a zombie is left of the group.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}

/** A grandchild that left the group may still hold the pipes open: nobody waits for it. */
function giveUp(child: Child): void {
  killGroup(child.pid, "SIGKILL");
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function endAll(): void {
  for (const pid of live) killGroup(pid, "SIGTERM");
}
