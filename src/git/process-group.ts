import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

/** What is needed of a child: execa's and node's own both have it. */
type Child = Pick<ChildProcess, "pid" | "stdout" | "stderr">;

export interface Supervision {
  readonly timedOut: () => boolean;
  /** To be called when the child has ended. Resolves when, after a time-out, its group has too. */
  readonly release: () => Promise<void>;
}

/** git removes its lock files and temporary packs on SIGTERM; this long it may take. */
const GRACE_MS = 2_000;
const LOOK_MS = 20;

/**
 * Ends the child's whole group when time is up: SIGTERM, then SIGKILL. A child in a group of its
 * own would outlive this process, so the groups still alive are ended when the process exits.
 */
export function superviseGroup(child: Child, timeoutMs: number): Supervision {
  const { pid } = child;
  if (pid === undefined) return { timedOut: () => false, release: async () => {} };
  let deadline: number | undefined;
  let kill: NodeJS.Timeout | undefined;
  const end = setTimeout(() => {
    deadline = performance.now() + GRACE_MS;
    killGroup(pid, "SIGTERM");
    kill = setTimeout(() => giveUp(child), GRACE_MS);
  }, timeoutMs);
  const unguard = guardGroup(pid);
  return {
    timedOut: () => deadline !== undefined,
    async release() {
      clearTimeout(end);
      clearTimeout(kill);
      // git itself is gone, but what it started may ignore SIGTERM, or be tidying up.
      if (deadline !== undefined) await groupEnds(pid, deadline);
      unguard();
    },
  };
}

/** Signals a child and all that it started; 0 only asks. False when the whole group has ended. */
export function killGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch (error) {
    // macOS answers EPERM where only a zombie is left of the group.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
    return false;
  }
}

/** Ends what is left of a group: SIGTERM, and SIGKILL after `graceMs` milliseconds. */
export async function endGroup(pid: number, graceMs: number = GRACE_MS): Promise<void> {
  if (killGroup(pid, "SIGTERM")) await groupEnds(pid, performance.now() + graceMs);
}

async function groupEnds(pid: number, deadline: number): Promise<void> {
  while (performance.now() < deadline && killGroup(pid, 0)) await delay(LOOK_MS);
  killGroup(pid, "SIGKILL");
}

/** Groups that would outlive this process, and by what they are ended then. */
const live = new Map<number, NodeJS.Signals>();

/** Ends the group when this process exits, until the answer is called. */
export function guardGroup(pid: number, by: NodeJS.Signals = "SIGTERM"): () => void {
  if (live.size === 0) process.on("exit", endAll);
  live.set(pid, by);
  return () => {
    live.delete(pid);
    if (live.size === 0) process.off("exit", endAll);
  };
}

/** A grandchild that left the group may still hold the pipes open: nobody waits for it. */
function giveUp({ pid, stdout, stderr }: Child): void {
  if (pid !== undefined) killGroup(pid, "SIGKILL");
  stdout?.destroy();
  stderr?.destroy();
}

function endAll(): void {
  for (const [pid, by] of live) killGroup(pid, by);
}
