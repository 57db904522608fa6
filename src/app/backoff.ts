import type { Clock, Random } from "./ports.ts";

/** The first wait is at most this; it grows to what one round trip to the origin takes. */
const BASE_MS = 20;
/** Doublings of the wait: 64 round trips serve 64 contenders a turn each. */
const LEVEL_MAX = 6;
/** No single wait is longer. */
const WAIT_MAX_MS = 30_000;
/** So many commits back it is asked who else moves the line, and so long a lost race is remembered. */
const WINDOW = 64;

/**
 * Full-jitter exponential backoff (Brooker, 2015): each wait is uniform in [0, base·2^level]. The
 * level outlives the operation: it rises by one with each lost race and falls by one with each won,
 * so that a winner does not push into the crowd again at once.
 *
 * That alone is not fair. A winner needs no fetch, so its next push beats all who do: one of 32 took
 * 47 of 82 wins (measured). But the line itself tells who is there. While a lost race is in memory,
 * a loser waits for as many turns as the last commits have authors, for half as many each time that
 * it loses again, and a winner for twice as many. A race is only lost because another won it, so
 * haste costs work but never stops the line.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: Random;
  #level = 0;
  #base = BASE_MS;
  #pushed = false;
  /** The authors of the last commits, oldest first; undefined: this process. */
  readonly #authors: (string | undefined)[] = [];
  /** Races lost since the last one won. */
  #streak = 0;
  /** Commits until the last lost race is forgotten. */
  #heat = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get level(): number {
    return this.#level;
  }

  /**
   * Milliseconds for which the claims of others stay unseen: from a fetch to the end of the push after
   * it. 0 where no race is in memory, for then all who claim do it here; undefined before the first push.
   */
  get unseen(): number | undefined {
    if (!this.#pushed) return undefined;
    return this.#heat === 0 ? 0 : 2 * this.#base;
  }

  /** Tells how long a push took, in milliseconds: the unit of waiting. */
  measured(roundTrip: number): void {
    this.#pushed = true;
    // Falls at once: who pushes seldom must not go on waiting for a burst of load that is over.
    const mean = this.#base * 0.75 + roundTrip * 0.25;
    this.#base = Math.max(BASE_MS, Math.min(mean, roundTrip));
  }

  /** Tells who made the commits that came in, oldest first. */
  saw(authors: readonly string[]): void {
    for (const author of authors) this.#note(author);
  }

  lost(): void {
    this.#heat = WINDOW;
    this.#streak += 1;
    const crowd = this.#crowd();
    const aged = Math.max(Math.ceil(crowd / 2), crowd + 1 - this.#streak);
    this.#level = crowd > 0 ? aged : Math.min(LEVEL_MAX, this.#level + 1);
  }

  won(): void {
    this.#note(undefined);
    this.#streak = 0;
    const crowd = this.#crowd();
    this.#level = crowd > 0 ? crowd + 1 : Math.max(0, this.#level - 1);
  }

  /** Waits a turn; at level 0 not at all. Answers the milliseconds waited. */
  async wait(): Promise<number> {
    if (this.#level === 0) return 0;
    const limit = Math.min(WAIT_MAX_MS, this.#base * 2 ** this.#level);
    const wait = this.#random.fraction() * limit;
    await this.#clock.sleep(wait);
    return wait;
  }

  #note(author: string | undefined): void {
    this.#authors.push(author);
    if (this.#authors.length > WINDOW) this.#authors.shift();
    this.#heat = Math.max(0, this.#heat - 1);
  }

  /** Doublings that give each of the others who were there lately a turn; 0 for one or none. */
  #crowd(): number {
    if (this.#heat === 0) return 0;
    const others = new Set(this.#authors);
    others.delete(undefined);
    return others.size < 2 ? 0 : Math.min(LEVEL_MAX, Math.ceil(Math.log2(others.size)));
  }
}
