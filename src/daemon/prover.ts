import type { CheckpointFault } from "../open/faults.ts";
import type { Mound } from "../open/mound.ts";
import { proveStart } from "../open/prove-start.ts";
import type { Log } from "./log.ts";

/**
 * Judges, beside all else, what came before the checkpoint that a clone was started from. It reads
 * history and moves nothing; an attempt that breaks off is made again by the next daemon.
 */
export class Prover {
  readonly #mound: Mound;
  readonly #log: Log;
  readonly #lost: (fault: CheckpointFault) => void;
  #proving: Promise<void> | undefined;
  #stopping = false;

  constructor(mound: Mound, log: Log, lost: (fault: CheckpointFault) => void) {
    this.#mound = mound;
    this.#log = log;
    this.#lost = lost;
  }

  start(): void {
    if (this.#mound.clone.settings.start !== undefined) this.#proving ??= this.#prove();
  }

  /** Breaks off: history may be long, and nothing is kept of a half. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#proving;
  }

  async #prove(): Promise<void> {
    try {
      const proved = await proveStart(this.#mound, () => this.#stopping);
      if (!proved.ok) {
        this.#log.error({ fault: JSON.stringify(proved.error) }, "the checkpoint was false");
        this.#lost(proved.error);
      } else if (proved.value !== undefined && !this.#stopping) {
        this.#log.info({ commit: proved.value.commit }, "all of history is verified");
      }
    } catch (error) {
      this.#log.warn({ error: String(error) }, "history could not be verified");
    }
  }
}
