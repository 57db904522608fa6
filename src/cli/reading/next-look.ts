import { PollPolicy, type PollOutcome } from "../../app/poll.ts";
import type { Mound } from "../../open/mound.ts";
import { watchClone } from "../../open/watch-clone.ts";

/** Says when a reader that follows the line looks again: at a hint, when a poll or an event is due. */
export class Looks {
  readonly #mound: Mound;
  readonly #policy: PollPolicy;
  readonly #signal: AbortSignal;
  #hinted = false;
  #wake: () => void = () => undefined;
  #unwatch: (() => Promise<void>) | undefined;

  private constructor(mound: Mound, policy: PollPolicy, signal: AbortSignal) {
    this.#mound = mound;
    this.#policy = policy;
    this.#signal = signal;
  }

  static async start(mound: Mound, signal: AbortSignal): Promise<Looks> {
    const local = (await mound.ports.remote.peek()) !== undefined;
    const looks = new Looks(mound, new PollPolicy(local, mound.ports.random), signal);
    looks.#unwatch = await watchClone(mound.clone).start(() => {
      looks.#hinted = true;
      looks.#wake();
    });
    signal.addEventListener("abort", () => looks.#wake(), { once: true });
    return looks;
  }

  /** Waits for the next look; `due`: when time makes an event, in milliseconds. */
  async next(outcome: PollOutcome, due: number | undefined): Promise<void> {
    const polled = this.#policy.next(outcome);
    const left = due === undefined ? polled : due - this.#mound.ports.clock.now();
    const wait = this.#hinted ? this.#policy.hinted() : Math.min(polled, left);
    if (!this.#signal.aborted) await this.#pause(Math.max(1, wait));
    this.#hinted = false;
  }

  async stop(): Promise<void> {
    await this.#unwatch?.();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
