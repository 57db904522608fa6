import { link, rename, rm, stat } from "node:fs/promises";

/**
 * Locks that a killed git left: git writes no owner into them and never takes one away. One that
 * stood unchanged through the whole patience of somebody who waits has no living owner, who would
 * have needed milliseconds.
 */
export class StaleLocks {
  readonly #patienceMs: number;
  readonly #met = new Map<string, { readonly mark: string; readonly since: number }>();

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** To be told each time that this lock was in the way; true when it has been taken away. */
  async met(path: string): Promise<boolean> {
    const mark = await markOf(path);
    const before = this.#met.get(path);
    if (mark === undefined || before?.mark !== mark) {
      // Awake time, not the file's age: a machine that slept makes a living owner's lock look old.
      if (mark !== undefined) this.#met.set(path, { mark, since: performance.now() });
      return false;
    }
    if (performance.now() - before.since < this.#patienceMs) return false;
    this.#met.delete(path);
    return takeAway(path, mark);
  }
}

/** Two waiters may do this at once: only the file that was watched may go, not the lock after it. */
export async function takeAway(path: string, mark: string): Promise<boolean> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return false;
  }
  const taken = await markOf(aside);
  // A rename changes the time of the inode, so only what it leaves alone is compared.
  const same = taken?.split(" ").slice(0, 2).join() === mark.split(" ").slice(0, 2).join();
  if (!same) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return same;
}

/** Tells one lock file from the next at the same path: numbers of inodes are used again. */
export async function markOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino} ${found.mtimeNs} ${found.ctimeNs}`;
}
