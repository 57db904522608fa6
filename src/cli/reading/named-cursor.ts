import type { Cursor } from "../../app/cursor.ts";
import { CursorFile } from "../../open/cursor-file.ts";
import { UsageError } from "../usage.ts";

/** A cursor file that the user named: what is wrong with it is said in the words that were typed. */
export class NamedCursor {
  readonly #file: CursorFile;
  /** As it was typed. */
  readonly #name: string;

  constructor(path: string, name: string) {
    this.#file = new CursorFile(path);
    this.#name = name;
  }

  async read(): Promise<Cursor | undefined> {
    const cursor = await this.#trying("read", () => this.#file.read());
    if (cursor !== "garbage") return cursor;
    throw new UsageError(
      `The file ${this.#name} holds no cursor; it was left as it is.`,
      "Name another file, or take this one away to begin anew.",
    );
  }

  probe(): Promise<void> {
    return this.#trying("written", () => this.#file.probe());
  }

  write(cursor: string | undefined): Promise<void> {
    return this.#trying("written", () => this.#file.write(cursor));
  }

  async #trying<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new UsageError(
        `The cursor file ${this.#name} cannot be ${what}: ${(error as Error).message}`,
        `ls -ld ${this.#name}`,
      );
    }
  }
}
