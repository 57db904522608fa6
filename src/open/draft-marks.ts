/**
 * Which drafts are on their way, so that none is submitted twice. Before a draft is submitted a mark is
 * put into the git directory that names the operation; the mark goes when the draft has gone.
 *
 *   mark -> submit under the mark's nonce -> rename the draft to `.NAME.NONCE.taken` -> mark away -> file away
 *
 * Killed before the rename: the draft is there, and is submitted under the same nonce, which the line
 * accepts once. Killed after it: the taken file tells that the mark is done with, so that a draft of the
 * same name, were it the same to the letter, is a new wish.
 */
import { createHash } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { newNonce } from "../app/nonce.ts";
import type { Clock, Random } from "../app/ports.ts";
import { isAlive } from "../git/process-alive.ts";
import { isNonce, type Nonce } from "../protocol/ids.ts";

export interface DraftMark {
  readonly path: string;
  /** SHA-256 of the draft's bytes, in hexadecimal. */
  readonly content: string;
  readonly nonce: Nonce;
  /** Who submits it, or did when it died. */
  readonly pid: number;
  /** Milliseconds. */
  readonly at: number;
}

/** Longer than a submit is tried for: from then on a live process of that number is another one. */
const BUSY_MS = 5 * 60_000;
/** Editors take a file away and put it back at once: a mark waits this long for its draft. */
const ABSENT_MS = 10_000;

export interface MarkPorts {
  readonly clock: Clock;
  readonly random: Random;
}

export class DraftMarks {
  readonly #folder: string;
  readonly #ports: MarkPorts;
  readonly #pid: number;

  /** `folder`: where the marks are kept, in the git directory. */
  constructor(folder: string, ports: MarkPorts, pid: number = process.pid) {
    this.#folder = folder;
    this.#ports = ports;
    this.#pid = pid;
  }

  /** Whether another live process is at work on the draft. */
  isBusy({ pid, at }: DraftMark): boolean {
    const age = this.#ports.clock.now() - at;
    return pid !== this.#pid && age < BUSY_MS && isAlive(pid);
  }

  /** The mark of a draft: the one that stands (`fresh` is false), or a new one. */
  async begin(path: string, content: string): Promise<{ mark: DraftMark; fresh: boolean }> {
    await mkdir(this.#folder, { recursive: true });
    for (;;) {
      const nonce = newNonce(this.#ports.random);
      const mark = { path, content, nonce, pid: this.#pid, at: this.#ports.clock.now() };
      if (await this.#write(mark, link)) return { mark, fresh: true };
      const found = await this.#read(this.#file(path));
      // Another process has just ended it.
      if (found === undefined) continue;
      if (found === "damaged") await rm(this.#file(path), { force: true });
      else if (await this.#isTaken(found)) await this.#finish(found);
      else return { mark: found, fresh: false };
    }
  }

  /** Takes a mark over, for what the draft says now, under the same nonce. */
  async renew(mark: DraftMark, content: string): Promise<DraftMark> {
    const renewed = { ...mark, content, pid: this.#pid, at: this.#ports.clock.now() };
    await this.#write(renewed, rename);
    return renewed;
  }

  /** The draft stays, and nothing of it is on its way. */
  async drop({ path, nonce }: DraftMark): Promise<void> {
    const found = await this.#read(this.#file(path));
    // Another process may have marked a new draft at the same path meanwhile.
    if (found === "damaged" || found?.nonce === nonce) await rm(this.#file(path), { force: true });
  }

  /** Removes a draft that was accepted; `changed`: it says something else by now, and was left. */
  async consume(mark: DraftMark): Promise<"removed" | "changed"> {
    try {
      await rename(mark.path, takenPath(mark));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    return this.#finish(mark);
  }

  /** Ends what dead processes left: marks whose draft is gone, and drafts that were taken. */
  async sweep(drafts: string): Promise<void> {
    // Before the marks are read: a draft is taken only while it has one.
    const hidden = await readdir(drafts, { recursive: true }).catch(() => []);
    const nonces = new Set<Nonce>();
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const mark = name.endsWith(".json") ? await this.#read(join(this.#folder, name)) : undefined;
      if (mark === undefined || mark === "damaged") continue;
      nonces.add(mark.nonce);
      if (this.isBusy(mark)) continue;
      const old = this.#ports.clock.now() - mark.at > ABSENT_MS;
      if (await this.#isTaken(mark)) await this.#finish(mark);
      else if (old && !(await exists(mark.path))) await this.drop(mark);
    }
    for (const name of hidden) {
      const nonce = TAKEN.exec(basename(name))?.[1];
      if (nonce !== undefined && isNonce(nonce) && !nonces.has(nonce))
        await rm(join(drafts, name), { force: true });
    }
  }

  async #isTaken(mark: DraftMark): Promise<boolean> {
    return exists(takenPath(mark));
  }

  async #finish(mark: DraftMark): Promise<"removed" | "changed"> {
    const taken = takenPath(mark);
    const bytes = await readFile(taken).catch(() => undefined);
    const changed = bytes !== undefined && digest(bytes) !== mark.content;
    // A newer file at its place is what its author wants; else an edit goes back to where it was.
    if (changed) await link(taken, mark.path).catch(() => undefined);
    // The mark of one that was changed stays: whoever meets the draft again learns what became of it.
    else await this.drop(mark);
    await rm(taken, { force: true });
    return changed ? "changed" : "removed";
  }

  async #read(file: string): Promise<DraftMark | "damaged" | undefined> {
    try {
      const mark = JSON.parse(await readFile(file, "utf8")) as DraftMark;
      return typeof mark.path === "string" && isNonce(mark.nonce) ? mark : "damaged";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "damaged";
    }
  }

  /** In one step; `place` puts the written file to where it belongs, or fails where one is. */
  async #write(mark: DraftMark, place: typeof link): Promise<boolean> {
    const file = this.#file(mark.path);
    const temporary = `${file}.${newNonce(this.#ports.random)}.tmp`;
    await writeFile(temporary, JSON.stringify(mark));
    try {
      await place(temporary, file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #file(path: string): string {
    return join(this.#folder, `${digest(path)}.json`);
  }
}

export function digest(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

function takenPath({ path, nonce }: DraftMark): string {
  return join(dirname(path), `.${basename(path)}.${nonce}.taken`);
}

const TAKEN = /^\..+\.([0-9a-z]{16})\.taken$/;

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
