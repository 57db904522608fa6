import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { parseCursor, type Cursor } from "../../app/cursor.ts";
import { UsageError } from "../usage.ts";

/** The place of a consumer in the stream of events, in a file of its own. */
export class CursorFile {
  readonly #path: string;
  /** As it was typed. */
  readonly #name: string;
  #kept: string | undefined;

  constructor(path: string, name: string) {
    this.#path = path;
    this.#name = name;
  }

  /** What the file says; undefined where there is none. A file that says anything else is left as it is. */
  async read(): Promise<Cursor | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new UsageError(
        `The cursor file ${this.#name} cannot be read: ${(error as Error).message}`,
        `ls -ld ${this.#name}`,
      );
    }
    const cursor = parseCursor(text.replace(/\n$/, ""));
    if (cursor !== undefined) return cursor;
    throw new UsageError(
      `The file ${this.#name} holds no cursor; it was left as it is.`,
      "Name another file, or take this one away to begin anew.",
    );
  }

  /** Fails before anything is printed where the file could not be written afterwards. */
  async probe(): Promise<void> {
    const probe = this.#temporary();
    await this.#trying(async () => {
      await writeFile(probe, "");
      await rm(probe);
    });
  }

  /** Replaces the file in one step, on the disk before it has the name. */
  async write(cursor: string | undefined): Promise<void> {
    if (cursor === undefined || cursor === this.#kept) return;
    const next = this.#temporary();
    await this.#trying(async () => {
      await writeFile(next, `${cursor}\n`, { flush: true });
      await rename(next, this.#path);
    });
    this.#kept = cursor;
  }

  #temporary(): string {
    return `${this.#path}.${process.pid}.tmp`;
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await rm(this.#temporary(), { force: true }).catch(() => undefined);
      throw new UsageError(
        `The cursor file ${this.#name} cannot be written: ${(error as Error).message}`,
        `ls -ld ${this.#name}`,
      );
    }
  }
}
