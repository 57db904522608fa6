import type { Random } from "./ports.ts";

/** What a look at the origin gave: it had moved, it had not, or it gave no answer. */
export type PollOutcome = "moved" | "quiet" | "failed";

/** A look at a folder on this machine costs two small reads; hints make most of these looks early. */
const LOCAL_MS = 2_000;
/** The bounds of the wait for a remote: hosts ask for few reads, people for news within half a minute. */
const REMOTE_MIN_MS = 2_000;
const REMOTE_MAX_MS = 30_000;
/** A wait is spread by this part of itself to either side, so that clones do not ask in step. */
const JITTER = 0.2;
/** A quiet origin is asked less often by this factor: from 2 s to 30 s in six looks. */
const SLOWER = 1.5;
/** The first wait after a failure, doubled by each that follows, up to the cap. */
const FAILED_BASE_MS = 4_000;
/** So late at the worst is it noticed that a host which was away is back. */
const FAILED_MAX_MS = 120_000;

/** When to look at the origin next, where no hint says so earlier. */
export class PollPolicy {
  readonly #local: boolean;
  readonly #random: Pick<Random, "fraction">;
  #interval = REMOTE_MIN_MS / (1 - JITTER);
  #failures = 0;

  /** @param local whether the origin lies on this machine. */
  constructor(local: boolean, random: Pick<Random, "fraction">) {
    this.#local = local;
    this.#random = random;
  }

  /** Takes in what a look gave; answers the wait until the next one, in milliseconds. */
  next(outcome: PollOutcome): number {
    if (outcome === "failed") return this.#failed();
    this.#failures = 0;
    if (this.#local) return LOCAL_MS;
    const slowest = REMOTE_MAX_MS / (1 + JITTER);
    const wait = outcome === "moved" ? this.#active() : this.#interval;
    this.#interval = Math.min(slowest, this.#interval * SLOWER);
    return wait * (1 + JITTER * (2 * this.#random.fraction() - 1));
  }

  /** The wait after a hint: none, unless the origin does not answer, which no number of hints mends. */
  hinted(): number {
    this.#active();
    return this.#failures === 0 ? 0 : REMOTE_MIN_MS;
  }

  #active(): number {
    this.#interval = REMOTE_MIN_MS / (1 - JITTER);
    return this.#interval;
  }

  /** Between half of the backoff and all of it. */
  #failed(): number {
    this.#failures += 1;
    return this.#backoff() * (0.5 + 0.5 * this.#random.fraction());
  }

  #backoff(): number {
    // Beyond this many doublings the cap holds anyway, and the power would grow without end.
    const doublings = Math.min(this.#failures - 1, 16);
    return Math.min(FAILED_MAX_MS, FAILED_BASE_MS * 2 ** doublings);
  }
}
