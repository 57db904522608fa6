/**
 * What a projection that was cut off may have left in the working tree. Each says in the git directory which
 * commit it writes; whoever finds the word of one that is gone looks at those paths again, too. Without it a
 * lock file that was written by a killed process, and went in a later commit, stood there for good.
 */
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isOid, type Oid } from "../protocol/ids.ts";
import { moundFolder } from "./clone.ts";
import { ownName } from "./own-name.ts";

/** The commits that were being written, by processes that are gone or at it still. */
export async function beingProjected(gitDir: string): Promise<readonly Oid[]> {
  const names = await readdir(folderOf(gitDir)).catch((): string[] => []);
  return names.filter(isOid);
}

/** To be called before the first file is written. */
export async function beginProjection(gitDir: string, tip: Oid): Promise<void> {
  await mkdir(folderOf(gitDir), { recursive: true });
  await writeFile(join(folderOf(gitDir), tip), "");
}

/** To be called when the branch stands where the files are. */
export async function endProjection(gitDir: string, commits: readonly Oid[]): Promise<void> {
  for (const commit of commits) await rm(join(folderOf(gitDir), commit), { force: true });
  for (const name of await readdir(folderOf(gitDir))) {
    const file = join(folderOf(gitDir), name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (name.endsWith(".tmp") && Date.now() - mtimeMs > BEGUN_MS) await rm(file, { force: true });
  }
}

/** No file of a mound takes so long to write. */
const BEGUN_MS = 60_000;

/**
 * Writes a file whole or not at all. What a killed process has begun lies in the git directory, where it is in
 * nobody's way, and not beside the files of people; it goes a minute later.
 */
export async function putInPlace(gitDir: string, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(folderOf(gitDir), `${ownName()}.tmp`);
  await writeFile(temporary, bytes);
  try {
    await rename(temporary, path);
  } catch (error) {
    // The working tree is on another disk than the git directory.
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    await copyFile(temporary, path);
    await rm(temporary);
  }
}

function folderOf(gitDir: string): string {
  return join(moundFolder(gitDir), "projecting");
}
