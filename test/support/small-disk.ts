import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Why no small disk can be had here; undefined: it can. */
export const noSmallDisk =
  process.platform !== "linux"
    ? "a tmpfs is mounted on Linux only"
    : process.getuid?.() !== 0
      ? "only root may mount a tmpfs"
      : undefined;

/** Mounts a disk of so many megabytes for the time of the test. */
export function smallDisk(folder: string, megabytes: number): void {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]);
  // Whatever still runs there loses its disk, as when a stick is pulled.
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
}

/** Writes until nothing more fits; the answer makes room again. */
export function fill(folder: string): () => void {
  const path = join(folder, "filler");
  const file = openSync(path, "w");
  for (const size of [1 << 20, 1 << 12, 1]) {
    const block = Buffer.alloc(size);
    try {
      for (;;) if (writeSync(file, block) < size) break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
  closeSync(file);
  return () => rmSync(path);
}
