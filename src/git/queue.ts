import { watch } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Queue } from "../app/ports.ts";
import { isAlive, isStopped } from "./process-alive.ts";

/** A ticket whose process died wakes nobody: look again after this many milliseconds. */
const CHECK_MS = 250;

/** Tells the tickets of one process apart. */
let serial = 0;
/** Those of this process that wait or have their turn, by their paths. */
const held = new Set<string>();

/**
 * First come, first served: each process lays down a ticket and waits for the one before it to go,
 * as ZooKeeper's lock recipe does, so that a release wakes one waiter and not all. It may fail to
 * exclude (two tickets of one millisecond, a clock set back); the compare-and-swap decides then.
 */
export class TicketQueue implements Queue {
  readonly #folder: string;
  readonly #patienceMs: number;
  readonly #within: string | undefined;

  /**
   * `patienceMs`: after so long a wait it goes ahead out of turn; for ever unless said. `within`: a
   * folder above the queue's own that is never made, whatever has become of it.
   */
  constructor(folder: string, patienceMs: number = Number.POSITIVE_INFINITY, within?: string) {
    this.#folder = folder;
    this.#patienceMs = patienceMs;
    this.#within = within;
  }

  async turn(): Promise<() => Promise<void>> {
    await this.#makeFolder();
    serial += 1;
    const time = String(Date.now()).padStart(15, "0");
    const ticket = `${time}-${String(process.pid).padStart(10, "0")}-${String(serial).padStart(6, "0")}`;
    const path = join(this.#folder, ticket);
    held.add(path);
    const pass = async (): Promise<void> => {
      held.delete(path);
      await rm(path, { force: true });
    };
    try {
      await writeFile(path, "");
      const deadline = performance.now() + this.#patienceMs;
      for (;;) {
        const before = await this.#before(ticket);
        if (before === undefined || performance.now() > deadline) return pass;
        await gone(join(this.#folder, before));
      }
    } catch (error) {
      held.delete(path);
      throw error;
    }
  }

  async #makeFolder(): Promise<void> {
    if (this.#within === undefined) return void (await mkdir(this.#folder, { recursive: true }));
    let path = this.#within;
    for (const part of relative(path, this.#folder).split(sep)) {
      path = join(path, part);
      await mkdir(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
    }
  }

  /**
   * The ticket just before this one whose process runs. Tickets of the dead are cleared away, and so is one of this
   * process that it has given back while the folder was elsewhere.
   */
  async #before(ticket: string): Promise<string | undefined> {
    const earlier = (await readdir(this.#folder))
      .filter((name) => name < ticket)
      .toSorted()
      .toReversed();
    for (const name of earlier) {
      const pid = Number(name.split("-")[1]);
      const path = join(this.#folder, name);
      const lives = pid === process.pid ? held.has(path) : isAlive(pid);
      // One that is stopped may be so for ever: it keeps its place, and is not waited for.
      if (!lives) await rm(path, { force: true });
      else if (!isStopped(pid)) return name;
    }
    return undefined;
  }
}

/** Resolves when the file is removed, or after a while in which nobody said so. */
function gone(path: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, CHECK_MS);
    let watcher: ReturnType<typeof watch> | undefined;
    try {
      watcher = watch(path, { persistent: true }, (event) => event === "rename" && finish());
      watcher.on("error", finish);
    } catch {
      // It is gone already.
      finish();
    }
    function finish(): void {
      clearTimeout(timer);
      watcher?.close();
      resolve();
    }
  });
}

/**
 * The queue of a clone and, inside it, that of an origin on this machine: clones that push to one
 * folder then take turns too, instead of losing races to each other. Whoever may not write there, or
 * waits too long behind a process that waits for a person, goes ahead: the compare-and-swap decides.
 */
export function nestedQueue(clone: Queue, origin: Queue): Queue {
  return {
    async turn() {
      const pass = await clone.turn();
      const passOrigin = await origin.turn().catch(() => undefined);
      return async () => {
        await passOrigin?.();
        await pass();
      };
    },
  };
}
