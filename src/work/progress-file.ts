import { open } from "node:fs/promises";
import type { Progress } from "./desk.ts";
import { foldProgress, readProgressLine } from "./progress-lines.ts";

/** What is read at one look. PROGRAM may write faster: then what came last counts. */
const READ_BYTES = 64 * 1024;
/** So much of what was read is compared at the next look, to see that it still stands there. */
const COMPARED_BYTES = 256;

/**
 * The file to which PROGRAM writes its progress, by appending lines or by writing it anew each time. It
 * is looked at and not watched: a look now and then costs less than the events of a fast writer.
 */
export class ProgressFile {
  readonly #path: string;
  #offset = 0;
  /** The bytes before the offset. */
  #before: Buffer = Buffer.alloc(0);
  /** The line that has no end yet. */
  #partial = "";

  constructor(path: string) {
    this.#path = path;
  }

  /** What came since the last look, folded into one. `last`: a line without an end counts too. */
  async read(last = false): Promise<Progress | undefined> {
    const text = this.#partial + (await this.#more());
    const lines = text.split("\n");
    this.#partial = last ? "" : (lines.pop() ?? "").slice(-READ_BYTES);
    let folded: Progress | undefined;
    for (const line of lines) {
      const said = readProgressLine(line);
      if (said !== undefined) folded = foldProgress(folded, said);
    }
    return folded;
  }

  async #more(): Promise<string> {
    const file = await open(this.#path, "r").catch(() => undefined);
    if (file === undefined) return "";
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return "";
      const known = await readAt(file, this.#offset - this.#before.length, this.#before.length);
      if (!known.equals(this.#before)) this.#restart();
      if (stat.size - this.#offset > READ_BYTES) {
        this.#partial = "";
        this.#offset = stat.size - READ_BYTES;
      }
      const bytes = await readAt(file, this.#offset, READ_BYTES);
      this.#offset += bytes.length;
      this.#before = Buffer.concat([this.#before, bytes]).subarray(-COMPARED_BYTES);
      return bytes.toString();
    } catch {
      // A folder in its place, a disk that fails: progress is a courtesy, and the work goes on.
      return "";
    } finally {
      await file.close();
    }
  }

  /** What was read is no longer there: the file was written anew. */
  #restart(): void {
    this.#offset = 0;
    this.#before = Buffer.alloc(0);
    this.#partial = "";
  }
}

type File = Awaited<ReturnType<typeof open>>;

async function readAt(file: File, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
