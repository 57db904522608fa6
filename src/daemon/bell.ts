import type { Clock } from "../app/ports.ts";

/** Lets a loop sleep until its time comes, somebody rings, or a signal aborts. */
export class Bell {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.ring(), { once: true });
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Milliseconds at most; a ring since the last wait ends it at once. */
  async wait(ms: number): Promise<void> {
    if (!this.#rung && !this.#signal.aborted) {
      const rung = new Promise<void>((resolve) => (this.#wake = resolve));
      await Promise.race([this.#clock.sleep(ms), rung]);
    }
    this.#wake = undefined;
    this.#rung = false;
  }
}
