import { statfs } from "node:fs/promises";
import { fine, type Found, type Patient, type Said } from "./finding.ts";
import { shell } from "./shell.ts";

/** Below this the next large push or repack may not fit, for git writes a second copy of what it packs. */
const LOW_BYTES = 500 * 1024 * 1024;
/** Below this even commits are refused now and then. */
const OUT_BYTES = 20 * 1024 * 1024;
/** Each loose object takes an inode; a busy mound makes some thousands of them between two packings. */
const LOW_FILES = 10_000;

export async function disk({ dir, clone }: Patient): Promise<Found> {
  const folder = clone?.commonDir ?? dir;
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const said = judgeSpace(folder, bavail * bsize, files > 0 ? ffree : undefined);
  return said === undefined ? fine(`${megabytes(bavail * bsize)} are free`) : [said];
}

/**
 * What is to be said of a disk, or undefined.
 *
 * @param free bytes that this user may still take.
 * @param inodes files that may still be made; undefined where the file system has no such limit.
 */
export function judgeSpace(
  folder: string,
  free: number,
  inodes: number | undefined,
): Said | undefined {
  const fix = shell("df", "-h", folder);
  if (free < OUT_BYTES)
    return { level: "fail", message: `Only ${megabytes(free)} are free at ${folder}.`, fix };
  if (free < LOW_BYTES)
    return { level: "warn", message: `Only ${megabytes(free)} are free at ${folder}.`, fix };
  if (inodes === undefined || inodes >= LOW_FILES) return undefined;
  const message = `Only ${inodes} more files can be made at ${folder}.`;
  return { level: "warn", message, fix: shell("df", "-i", folder) };
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
