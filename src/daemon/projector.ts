import type { Mound } from "../open/mound.ts";
import type { Log } from "./log.ts";

/** The working tree is for people: it need not follow a busy line at every commit. */
const GAP_MS = 400;
/**
 * Each projection starts a handful of git processes, on the processors that the agents work on: while
 * the line is busy it rests this many times as long as the last one took, up to the longest gap.
 */
const REST = 3;
const GAP_MAX_MS = 5_000;

/** Brings the working tree after the line, a little later, and never twice at the same time. */
export class Projector {
  readonly #mound: Pick<Mound, "project">;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  /** Whether the line has moved since the last projection began. */
  #behind = false;
  /** Milliseconds that the last projection took. */
  #took = 0;
  #stopped = false;

  constructor(mound: Pick<Mound, "project">, log: Log) {
    this.#mound = mound;
    this.#log = log;
  }

  /** The line has moved. */
  wake(): void {
    this.#behind = true;
    if (this.#stopped || this.#working !== undefined) return;
    const gap = Math.max(GAP_MS, Math.min(GAP_MAX_MS, REST * this.#took));
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#project();
    }, gap);
  }

  /** Projects what is left, and no more after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
    if (this.#behind) await this.#project();
  }

  async #project(): Promise<void> {
    this.#behind = false;
    const from = performance.now();
    try {
      await this.#mound.project();
    } catch (error) {
      this.#log.warn({ error: String(error) }, "the working tree stays as it is");
    }
    this.#took = performance.now() - from;
    this.#working = undefined;
    if (this.#behind) this.wake();
  }
}
