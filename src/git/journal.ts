import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Journal, JournalEntry } from "../app/ports.ts";
import type { Nonce } from "../protocol/ids.ts";
import { isAlive } from "./process-alive.ts";

/** What one process has begun together, and not ended. */
interface Page {
  readonly pid: number;
  readonly entries: readonly JournalEntry[];
}

/**
 * One small file for each batch of operations under way, in the git directory; named by its first
 * nonce and its process, for an operation may be taken over from one that died. Written by synchronous calls: for so small a file node's thread pool costs several times what
 * the write does.
 */
export class FileJournal implements Journal {
  readonly #folder: string;
  readonly #pid: number;
  /** The pages that this process knows, its own and those of the dead, by file. */
  readonly #pages = new Map<string, Page>();

  /** `pid`: the process whose operations it keeps. */
  constructor(folder: string, pid: number = process.pid) {
    this.#folder = folder;
    this.#pid = pid;
  }

  async begin(entries: readonly JournalEntry[]): Promise<void> {
    const [first] = entries;
    if (first === undefined) return;
    mkdirSync(this.#folder, { recursive: true });
    const name = `${first.nonce}-${this.#pid}.json`;
    const begun = new Set(entries.map(({ nonce }) => nonce));
    // What is asked for again, under the same name, may stand beside what is still in doubt.
    const others = (this.#pages.get(name)?.entries ?? []).filter(({ nonce }) => !begun.has(nonce));
    this.#write(name, { pid: this.#pid, entries: [...entries, ...others] });
  }

  async end(nonces: readonly Nonce[]): Promise<void> {
    const ended = new Set(nonces);
    for (const [name, page] of this.#pages) {
      const left = page.entries.filter(({ nonce }) => !ended.has(nonce));
      if (left.length === page.entries.length) continue;
      if (left.length > 0) this.#write(name, { ...page, entries: left });
      else this.#remove(name);
    }
  }

  async leftovers(): Promise<readonly JournalEntry[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    const left: JournalEntry[] = [];
    for (const name of names) {
      if (!name.endsWith(".json")) continue;
      const page = await readPage(join(this.#folder, name));
      if (page === undefined || page.pid === this.#pid || isAlive(page.pid)) continue;
      this.#pages.set(name, page);
      left.push(...page.entries);
    }
    return left;
  }

  #write(name: string, page: Page): void {
    const path = join(this.#folder, name);
    try {
      writeFileSync(`${path}.tmp`, JSON.stringify(page));
      renameSync(`${path}.tmp`, path);
    } catch (error) {
      rmSync(`${path}.tmp`, { force: true });
      throw error;
    }
    this.#pages.set(name, page);
  }

  #remove(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
    this.#pages.delete(name);
  }
}

/** A page, or undefined where another process has ended it meanwhile. */
async function readPage(path: string): Promise<Page | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Page;
  } catch {
    return undefined;
  }
}
