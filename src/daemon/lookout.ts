/** When the daemon looks at the line: at a hint, when a poll is due, and when it is told to. */
import type { PollOutcome, PollPolicy } from "../app/poll.ts";
import type { Watch } from "../app/ports.ts";

export interface LookoutPorts {
  readonly watch: Watch;
  readonly policy: PollPolicy;
  /** Looks; `hinted`: something near has moved, so what is cheap to look at comes first. Never rejects. */
  look(hinted: boolean): Promise<PollOutcome>;
}

export class Lookout {
  readonly #ports: LookoutPorts;
  #timer: NodeJS.Timeout | undefined;
  #hinted = false;
  #asked = false;
  #looking: Promise<void> | undefined;
  #stopped = false;
  #unwatch: (() => Promise<void>) | undefined;

  constructor(ports: LookoutPorts) {
    this.#ports = ports;
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    this.#unwatch = await this.#ports.watch.start(() => this.hint());
    this.#looking = this.#look(false);
    await this.#looking;
  }

  /** Many hints are as good as one: they do not put off the look that the first of them asked for. */
  hint(): void {
    if (this.#hinted) return;
    this.#hinted = true;
    if (this.#looking === undefined && !this.#asked) this.#wait(this.#ports.policy.hinted());
  }

  /** Looks at once, at the origin too, or as soon as the look under way is over. */
  now(): void {
    this.#asked = true;
    if (this.#looking === undefined) this.#wait(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#unwatch?.();
    await this.#looking;
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look(this.#hinted && !this.#asked);
    }, ms);
  }

  async #look(hinted: boolean): Promise<void> {
    this.#hinted = false;
    this.#asked = false;
    const outcome = await this.#ports.look(hinted);
    this.#looking = undefined;
    const next = this.#ports.policy.next(outcome);
    // What was hinted at while it looked may have come too late to be seen.
    this.#wait(this.#asked ? 0 : this.#hinted ? this.#ports.policy.hinted() : next);
  }
}
