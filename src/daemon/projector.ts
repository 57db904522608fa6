import type { Mound } from "../open/mound.ts";
import type { Log } from "./log.ts";

/** The working tree is for people: it need not follow a busy line at every commit. */
const GAP_MS = 400;

/** Brings the working tree after the line, a little later, and never twice at the same time. */
export class Projector {
  readonly #mound: Mound;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(mound: Mound, log: Log) {
    this.#mound = mound;
    this.#log = log;
  }

  /** The line has moved. */
  wake(): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#working.then(() => this.#project());
    }, GAP_MS);
  }

  /** Projects what is left, and no more after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
    if (this.#timer !== undefined) await this.#project();
  }

  async #project(): Promise<void> {
    try {
      await this.#mound.project();
    } catch (error) {
      this.#log.warn({ error: String(error) }, "the working tree stays as it is");
    }
  }
}
