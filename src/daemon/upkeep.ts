import { consolidate } from "../git/maintenance.ts";
import { objectStore, type Clone } from "../git/clone.ts";
import type { Log } from "./log.ts";

/** Each chain may leave a pack behind; git looks through all of them for an object that it lacks. */
const CHAINS = 128;

/** Puts the packs of many chains together, now and then, and one repository at a time. */
export class Upkeep {
  readonly #clone: Clone;
  readonly #log: Log;
  #chains = 0;
  #working: Promise<void> | undefined;

  constructor(clone: Clone, log: Log) {
    this.#clone = clone;
    this.#log = log;
  }

  /** A chain was carried out. */
  chain(): void {
    this.#chains += 1;
    if (this.#chains < CHAINS || this.#working !== undefined) return;
    this.#chains = 0;
    this.#working = this.#consolidate().finally(() => (this.#working = undefined));
  }

  async stop(): Promise<void> {
    await this.#working;
  }

  async #consolidate(): Promise<void> {
    try {
      await consolidate(objectStore(this.#clone));
    } catch (error) {
      this.#log.warn({ error: String(error) }, "packs could not be put together");
    }
  }
}
