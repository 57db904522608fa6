import type { Clock, Random } from "./ports.ts";

/** The first wait is at most this; it grows to what one round trip to the origin takes. */
const BASE_MS = 20;
/** Doublings of the wait: 64 round trips serve 64 contenders a turn each. */
const LEVEL_MAX = 6;
/** No single wait is longer. */
const WAIT_MAX_MS = 30_000;

/**
 * Full-jitter exponential backoff (Brooker, 2015): each wait is uniform in [0, base·2^level]. The
 * level outlives the operation: it rises by one with each lost race and falls by one with each won,
 * so that a winner does not push into the crowd again at once and nobody starves.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: Random;
  #level = 0;
  #base = BASE_MS;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get level(): number {
    return this.#level;
  }

  /** Tells how long a push took, in milliseconds: the unit of waiting. */
  measured(roundTrip: number): void {
    this.#base = Math.max(BASE_MS, this.#base * 0.75 + roundTrip * 0.25);
  }

  lost(): void {
    this.#level = Math.min(LEVEL_MAX, this.#level + 1);
  }

  won(): void {
    this.#level = Math.max(0, this.#level - 1);
  }

  /** Waits a turn; at level 0 not at all. Answers the milliseconds waited. */
  async wait(): Promise<number> {
    if (this.#level === 0) return 0;
    const limit = Math.min(WAIT_MAX_MS, this.#base * 2 ** this.#level);
    const wait = this.#random.fraction() * limit;
    await this.#clock.sleep(wait);
    return wait;
  }
}
