import { readFileSync } from "node:fs";

/** Whether a process of this machine is there. One that we may not signal is there too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether it is stopped, by SIGSTOP or at a terminal; false where the system does not tell. */
export function isStopped(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    // `PID (NAME) STATE ...`, and a name may hold anything.
    return /^.*\) [Tt] /s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
