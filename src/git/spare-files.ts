import { closeSync, openSync } from "node:fs";

/** What starting a process takes at most: three pipes, and one that tells how the start went. */
const NEEDED = 8;

/**
 * Throws as the system does where it has too few file descriptors left to start a process with. Node
 * would not throw then, but emit an error before anybody can listen for it, which ends this process.
 */
export function needSpareFiles(): void {
  if (process.platform === "win32") return;
  const spare: number[] = [];
  try {
    while (spare.length < NEEDED) spare.push(openSync("/dev/null", "r"));
  } finally {
    for (const file of spare) closeSync(file);
  }
}
