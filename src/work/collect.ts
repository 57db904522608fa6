import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, stat, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { cutMark, cutText, fits, resultName } from "../open/result-file.ts";
import type { ProgramResult } from "./program.ts";

/** What is held in memory: more than a record holds, so that most results never touch the disk. */
const MEMORY_BYTES = 64 * 1024;
/** What is kept on disk of one result; a program that floods its output fills no disk. */
const RESULT_FILE_BYTES = 64 * 1024 * 1024;

export interface CollectOptions {
  /** A file of the collector's own, for what is too long for the memory. */
  readonly spill: string;
  /** The folder that keeps whole results; it exists. */
  readonly folder: string;
  readonly task: string;
  readonly maxBytes?: number;
}

interface Kept {
  readonly file: string;
  /** Of the file. */
  readonly bytes: number;
  readonly sha256: string;
}

/** Takes in a result of any length in bounded memory and bounded disk. */
export class Collector {
  readonly #options: CollectOptions;
  #head: Buffer[] = [];
  #bytes = 0;
  #file: FileHandle | undefined;
  #kept = 0;
  #dropped = 0;
  #found: Promise<Kept> | undefined;

  constructor(options: CollectOptions) {
    this.#options = options;
  }

  /** Takes in the whole of a stream. A stream that is cut off has ended; a full disk drops the rest. */
  async drain(stream: AsyncIterable<Buffer | string>): Promise<void> {
    try {
      for await (const chunk of stream) await this.#write(Buffer.from(chunk));
    } catch {
      // What came until then is what there is.
    }
  }

  /**
   * The result as a record can hold it, its whole in a file where it was cut; undefined when empty.
   * `chars`: cut it to so many UTF-16 units, whether it fits or not.
   */
  async result(chars?: number): Promise<ProgramResult | undefined> {
    if (this.#bytes === 0) return undefined;
    const head = Buffer.concat(this.#head);
    const text = this.#bytes > head.length ? undefined : decode(head)?.replace(/\n+$/, "");
    if (text !== undefined && fits(text) && chars === undefined)
      return text === "" ? undefined : { text };
    const whole = head.toString().replace(/\ufffd$/, "");
    try {
      const { file, bytes, sha256 } = await this.#keepFile();
      return { text: cutText(whole, cutMark(bytes, sha256), chars), sha256, file };
    } catch {
      const mark = `[cut: ${this.#bytes} bytes in all, for which the disk had no room]`;
      return { text: cutText(whole, mark, chars) };
    }
  }

  /** The path of a file that holds the whole result; undefined when it is empty. */
  async keep(): Promise<string | undefined> {
    if (this.#bytes === 0) return undefined;
    return this.#keepFile().then(
      ({ file }) => file,
      () => undefined,
    );
  }

  /** Gives up what was not kept. */
  async dispose(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#head = [];
  }

  async #write(chunk: Buffer): Promise<void> {
    this.#bytes += chunk.length;
    if (this.#bytes <= MEMORY_BYTES) return void this.#head.push(chunk);
    try {
      this.#file ??= await this.#spill();
      const room = (this.#options.maxBytes ?? RESULT_FILE_BYTES) - this.#kept;
      // Once something is missing, what follows would stand in the wrong place.
      const part = chunk.subarray(0, this.#dropped > 0 ? 0 : Math.max(0, room));
      if (part.length > 0) await this.#file.write(part);
      this.#kept += part.length;
      this.#dropped += chunk.length - part.length;
    } catch {
      // A full disk: PROGRAM goes on, and the mark says what is missing.
      this.#dropped += chunk.length;
    }
  }

  async #spill(): Promise<FileHandle> {
    const file = await open(this.#options.spill, "w", 0o600);
    const head = Buffer.concat(this.#head);
    await file.write(head);
    this.#kept = head.length;
    return file;
  }

  #keepFile(): Promise<Kept> {
    return (this.#found ??= this.#moveToFolder());
  }

  async #moveToFolder(): Promise<Kept> {
    const { spill, folder, task } = this.#options;
    if (this.#file === undefined)
      await writeFile(spill, Buffer.concat(this.#head), { mode: 0o600 });
    else if (this.#dropped > 0)
      await this.#file.write(`\n[cut: ${this.#dropped} more bytes were dropped]\n`).catch(() => 0);
    await this.#file?.close();
    this.#file = undefined;
    const { sha256, bytes } = await digest(spill);
    const file = join(folder, resultName(task, sha256));
    await rename(spill, file);
    return { file, bytes, sha256 };
  }
}

/** The text of valid UTF-8; what is not would not be in the record as it was written. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function digest(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { sha256: hash.digest("hex"), bytes: (await stat(path)).size };
}
