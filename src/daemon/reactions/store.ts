/**
 * The ledger on disk: `log.ndjson`, one operation a line, appended. A daemon killed at any moment
 * leaves at worst a torn last line, whose operation nobody was told of. When the log has grown to
 * several times what it says, a compacted one is written beside it and renamed over it.
 */
import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ledger, type Operation } from "./ledger.ts";
import { readLine, writeLine } from "./operation-line.ts";

const LOG = "log.ndjson";
/** A log smaller than this is left as it is; read, it takes a few milliseconds. */
const LOG_BYTES_MIN = 1024 * 1024;
/** A larger one may be so many times as long as when it was last compacted. */
const GROWTH = 4;

/** The ledger in a folder, for one who only looks. `damaged`: lines that say nothing. */
export function readLedger(folder: string): { readonly ledger: Ledger; readonly damaged: number } {
  const { ledger, damaged } = replay(join(folder, LOG));
  return { ledger, damaged };
}

/** The one writer of a folder. */
export class Store {
  readonly ledger: Ledger;
  /** Lines that said nothing when the log was read. */
  readonly damaged: number;
  readonly #path: string;
  #file: number;
  #size: number;
  /** The size after the last compaction. */
  #base: number;
  /** What is true already but could not be written yet: the disk may be full. */
  #unwritten: Operation[] = [];
  #unsynced = false;
  readonly #syncs = new Set<Promise<void>>();
  /** Whether the log ends in half of a line that could not be taken away. */
  #torn = false;

  constructor(folder: string) {
    // What it says becomes the input of programs: nobody else need read or write it.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#path = join(folder, LOG);
    rmSync(`${this.#path}.tmp`, { force: true });
    const { ledger, damaged, whole } = replay(this.#path);
    this.ledger = ledger;
    this.damaged = damaged;
    this.#file = openSync(this.#path, "a", 0o600);
    if (fstatSync(this.#file).size > whole) ftruncateSync(this.#file, whole);
    this.#size = whole;
    this.#base = 0;
  }

  /** Takes new deliveries; throws where they cannot be written, and has then taken none. */
  take(operations: readonly Operation[]): void {
    this.#write([...this.#unwritten, ...operations]);
    this.#unwritten = [];
    this.#unsynced = true;
    for (const operation of operations) this.ledger.apply(operation);
    this.#compact();
  }

  /**
   * Notes what has happened. Where it cannot be written it is kept for later, and the answer is why:
   * a daemon killed before then tries those deliveries once more.
   */
  settle(operations: readonly Operation[]): Error | undefined {
    for (const operation of operations) this.ledger.apply(operation);
    this.#unwritten.push(...operations);
    try {
      this.#write(this.#unwritten);
      this.#unwritten = [];
      this.#compact();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  /** Resolves when all that was taken would outlive a power cut. */
  async sync(): Promise<void> {
    if (!this.#unsynced) return;
    this.#unsynced = false;
    const sync = promisify(fdatasync)(this.#file);
    this.#syncs.add(sync);
    try {
      await sync;
    } catch (error) {
      this.#unsynced = true;
      throw error;
    } finally {
      this.#syncs.delete(sync);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#syncs);
    closeSync(this.#file);
  }

  #write(operations: readonly Operation[]): void {
    const lines = operations.map(writeLine).join("");
    const bytes = Buffer.from(this.#torn ? `\n${lines}` : lines);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#file, bytes, written);
    } catch (error) {
      if (written > 0) this.#cutBack();
      throw error;
    }
    this.#torn = false;
    this.#size += bytes.length;
  }

  /** Half of a line would spoil the next one. */
  #cutBack(): void {
    try {
      ftruncateSync(this.#file, this.#size);
    } catch {
      this.#torn = true;
    }
  }

  #compact(): void {
    if (this.#size < LOG_BYTES_MIN + GROWTH * this.#base || this.#syncs.size > 0) return;
    const lines = Array.from(this.ledger.snapshot(), writeLine).join("");
    const temporary = `${this.#path}.tmp`;
    try {
      writeFileSync(temporary, lines, { mode: 0o600, flush: true });
      renameSync(temporary, this.#path);
    } catch {
      // The long log says the same; it is tried again when it has grown as much once more.
      rmSync(temporary, { force: true });
      this.#base = this.#size;
      return;
    }
    const renamed = openSync(this.#path, "a", 0o600);
    closeSync(this.#file);
    this.#file = renamed;
    this.#size = Buffer.byteLength(lines);
    this.#base = this.#size;
    this.#unsynced = false;
  }
}

function replay(path: string): { ledger: Ledger; damaged: number; whole: number } {
  const ledger = new Ledger();
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const whole = bytes.lastIndexOf("\n") + 1;
  let damaged = 0;
  for (const line of bytes.toString("utf8", 0, whole).split("\n")) {
    if (line === "") continue;
    const operation = readLine(line);
    if (operation === undefined) damaged += 1;
    else ledger.apply(operation);
  }
  return { ledger, damaged, whole };
}
