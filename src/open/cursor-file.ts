import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseCursor, type Cursor } from "../app/cursor.ts";

/** The place of a consumer in the stream of events, in a file of its own. Rejects as the system does. */
export class CursorFile {
  readonly #path: string;
  #kept: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** What the file says; undefined where there is none. A file that says anything else is left as it is. */
  async read(): Promise<Cursor | "garbage" | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    return parseCursor(text.replace(/\n$/, "")) ?? "garbage";
  }

  /** Rejects where the file could not be written afterwards. */
  async probe(): Promise<void> {
    const probe = this.#temporary();
    await writeFile(probe, "");
    await rm(probe);
  }

  /** Replaces the file in one step, on the disk before it has the name. */
  async write(cursor: string | undefined): Promise<void> {
    if (cursor === undefined || cursor === this.#kept) return;
    const next = this.#temporary();
    try {
      await writeFile(next, `${cursor}\n`, { flush: true });
      await rename(next, this.#path);
    } catch (error) {
      await rm(next, { force: true }).catch(() => undefined);
      throw error;
    }
    this.#kept = cursor;
  }

  /** Makes the folder of the file. */
  async prepare(): Promise<this> {
    await mkdir(dirname(this.#path), { recursive: true });
    return this;
  }

  #temporary(): string {
    return `${this.#path}.${process.pid}.tmp`;
  }
}
