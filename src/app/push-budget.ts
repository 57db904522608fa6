import type { Clock, Remote } from "./ports.ts";

const MINUTE_MS = 60_000;

/**
 * At most so many pushes in any minute, for hosts that ask for few. The first half of them may come at
 * once, so that a quiet mound answers at once; the others come evenly, so that a busy one never stands
 * still for most of a minute.
 */
export class PushBudget {
  readonly #clock: Clock;
  readonly #perMinute: number;
  /** Milliseconds: the pushes of the last minute, oldest first. */
  #pushes: number[] = [];
  /** Milliseconds: when the clock was last looked at. */
  #looked = Number.NEGATIVE_INFINITY;

  /** `perMinute`: at least 1, or Infinity where the host does not mind. */
  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** Milliseconds until a push may be made; 0: now. */
  delay(): number {
    if (this.#perMinute === Number.POSITIVE_INFINITY) return 0;
    const now = this.#clock.now();
    this.#followBack(now);
    this.#pushes = this.#pushes.filter((at) => now - at < MINUTE_MS);
    const count = this.#pushes.length;
    if (count < this.#perMinute / 2) return 0;
    const last = this.#pushes.at(-1) ?? now;
    const evenly = last + MINUTE_MS / this.#perMinute - now;
    const oldest = count < this.#perMinute ? 0 : (this.#pushes[0] ?? now) + MINUTE_MS - now;
    return Math.max(0, evenly, oldest);
  }

  /** Whether half of it is left: for what can wait. */
  spare(): boolean {
    return this.delay() === 0 && this.#pushes.length < this.#perMinute / 2;
  }

  /** Resolves when a push may be made; takes nothing. */
  async ready(): Promise<void> {
    for (let wait = this.delay(); wait > 0; wait = this.delay()) await this.#clock.sleep(wait);
  }

  /** Waits for a push and counts it: in one step, for others may wait at the same time. */
  async take(): Promise<void> {
    for (let wait = this.delay(); wait > 0; wait = this.delay()) await this.#clock.sleep(wait);
    if (this.#perMinute !== Number.POSITIVE_INFINITY) this.#pushes.push(this.#looked);
  }

  /**
   * A clock that was set back hides how much time has passed: as if it were none, the pushes keep
   * their age. They neither count for ever nor are forgotten.
   */
  #followBack(now: number): void {
    const back = Math.max(0, this.#looked - now);
    if (back > 0) this.#pushes = this.#pushes.map((at) => at - back);
    this.#looked = now;
  }
}

/** The remote, with every push within the budget: those that are tried again, and heartbeats, as well. */
export function budgeted(remote: Remote, budget: PushBudget): Remote {
  return {
    ...remote,
    ready: () => budget.ready(),
    async push(...args) {
      await budget.take();
      return remote.push(...args);
    },
    async publish(riders) {
      await budget.take();
      return remote.publish(riders);
    },
  };
}
