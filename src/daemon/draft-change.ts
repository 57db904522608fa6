import { lstat } from "node:fs/promises";

/**
 * Tells what a file says now from what it said before, without reading it; undefined where there is
 * none, or where it is empty: whoever made it has not written yet.
 */
export async function markOf(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined || (found.isFile() && found.size === 0n)) return undefined;
  return `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}
