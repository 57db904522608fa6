import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Journal, JournalEntry } from "../app/ports.ts";
import type { Nonce } from "../protocol/ids.ts";
import { isAlive } from "./process-alive.ts";

/**
 * One small file for each operation under way, in the git directory; named by its nonce. Written by
 * synchronous calls: for so small a file node's thread pool costs several times what the write does,
 * and a batch has hundreds of them.
 */
export class FileJournal implements Journal {
  readonly #folder: string;
  readonly #pid: number;

  /** `pid`: the process whose operations it keeps. */
  constructor(folder: string, pid: number = process.pid) {
    this.#folder = folder;
    this.#pid = pid;
  }

  async begin(entries: readonly JournalEntry[]): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    for (const entry of entries) {
      const path = join(this.#folder, `${entry.nonce}.json`);
      writeFileSync(`${path}.tmp`, JSON.stringify({ ...entry, pid: this.#pid }));
      renameSync(`${path}.tmp`, path);
    }
  }

  async end(nonces: readonly Nonce[]): Promise<void> {
    for (const nonce of nonces) rmSync(join(this.#folder, `${nonce}.json`), { force: true });
  }

  async leftovers(): Promise<readonly JournalEntry[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    const left: JournalEntry[] = [];
    for (const name of names) {
      if (!name.endsWith(".json")) continue;
      const entry = await readEntry(join(this.#folder, name));
      if (entry !== undefined && entry.pid !== this.#pid && !isAlive(entry.pid)) left.push(entry);
    }
    return left;
  }
}

/** An entry, or undefined where another process has ended it meanwhile. */
async function readEntry(path: string): Promise<(JournalEntry & { pid: number }) | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as JournalEntry & { pid: number };
  } catch {
    return undefined;
  }
}
