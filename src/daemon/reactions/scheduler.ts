/**
 * Which delivery is tried when. A lane (one reaction, one task) is in one of four states:
 *
 *   ready    its head may be tried as soon as the reaction has a free place; first come, first served
 *   running  its head is being tried
 *   later    its head failed and waits out its backoff; what is behind it in the lane waits too
 *   (none)   it is empty, or its reaction is not in force: then it waits until it is again
 */
import { setMaxListeners } from "node:events";
import type { Clock, Random } from "../../app/ports.ts";
import type { Delivery, Operation } from "./ledger.ts";
import type { ReactionNote } from "./notes.ts";
import type { Reaction } from "./reaction.ts";
import type { Failed, Try, Tried } from "./run.ts";
import type { Store } from "./store.ts";

export interface SchedulerPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly run: (attempt: Try) => Promise<Tried>;
  readonly note: (note: ReactionNote) => void;
}

interface Lanes {
  /** In the order in which they became so. */
  readonly ready: Set<string>;
  readonly running: Set<string>;
  /** To the time, in milliseconds. */
  readonly later: Map<string, number>;
}

/** The bound of the first wait, and of any. */
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 300_000;
/** The system's own reasons to start no program: they say nothing of the program, and cost no try. */
const SHORTAGES = new Set(["EMFILE", "ENFILE", "EAGAIN", "ENOMEM"]);
/** A sleep cannot be called off, so none is longer: a daemon that ends waits for the last one. */
const SLEEP_MS = 1_000;

export class Scheduler {
  readonly #ports: SchedulerPorts;
  #reactions: ReadonlyMap<string, Reaction> = new Map();
  readonly #lanes = new Map<string, Lanes>();
  readonly #stop = new AbortController();
  readonly #tries = new Set<Promise<void>>();
  #wake: () => void = () => undefined;

  constructor(ports: SchedulerPorts) {
    this.#ports = ports;
    // Each program under way listens for the end.
    setMaxListeners(0, this.#stop.signal);
  }

  /** Puts other reactions in force. What is running goes on as it was started. */
  use(reactions: readonly Reaction[]): void {
    this.#reactions = new Map(reactions.map((reaction) => [reaction.name, reaction]));
    const { ledger } = this.#ports.store;
    for (const { name } of reactions) for (const lane of ledger.lanes(name)) this.enter(name, lane);
    for (const { name } of reactions) this.pump(name);
    this.#wake();
  }

  /** Tells that a lane has a delivery that it may not have had before. */
  enter(reaction: string, lane: string): void {
    const lanes = this.#of(reaction);
    const known = lanes.running.has(lane) || lanes.later.has(lane) || lanes.ready.has(lane);
    const head = this.#ports.store.ledger.head(reaction, lane);
    if (known || head === undefined) return;
    const now = this.#ports.clock.now();
    // A clock that was set back must not make a wait of minutes one of days.
    if (head.due > now && head.due <= now + BACKOFF_MAX_MS) lanes.later.set(lane, head.due);
    else lanes.ready.add(lane);
  }

  /** Starts what may be started of a reaction. */
  pump(name: string): void {
    const reaction = this.#reactions.get(name);
    const lanes = this.#of(name);
    if (reaction === undefined || this.#stop.signal.aborted) return;
    while (lanes.running.size < reaction.concurrency) {
      const [lane] = lanes.ready;
      if (lane === undefined) return;
      lanes.ready.delete(lane);
      lanes.running.add(lane);
      const attempt = this.#try(reaction, lane).finally(() => {
        this.#tries.delete(attempt);
        this.pump(name);
      });
      this.#tries.add(attempt);
    }
  }

  /** Whether a delivery is being tried at this moment. */
  isRunning(reaction: string, lane: string): boolean {
    return this.#lanes.get(reaction)?.running.has(lane) === true;
  }

  /** Tells that a delivery of a lane was dropped, which was not being tried. */
  dropped(reaction: string, lane: string): void {
    const lanes = this.#of(reaction);
    lanes.later.delete(lane);
    lanes.ready.delete(lane);
    this.enter(reaction, lane);
    this.pump(reaction);
  }

  /** Starts what comes due, until `stop`. */
  async keepTime(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const next = this.#moveDue();
      const wait = Math.min(SLEEP_MS, Math.max(0, next - this.#ports.clock.now()));
      // With nothing to wait for, only a failure or the end wakes it.
      await (next === Number.POSITIVE_INFINITY
        ? woken
        : Promise.race([this.#ports.clock.sleep(wait), woken]));
    }
  }

  /** Ends what runs; it is tried again at the next start. Resolves when all of it has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    while (this.#tries.size > 0) await Promise.all(this.#tries);
  }

  /** Makes ready what is due; answers when the next one will be. */
  #moveDue(): number {
    const now = this.#ports.clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [reaction, { later, ready }] of this.#lanes) {
      for (const [lane, due] of later) {
        if (due > now) {
          next = Math.min(next, due);
          continue;
        }
        later.delete(lane);
        ready.add(lane);
      }
      this.pump(reaction);
    }
    return next;
  }

  async #try(reaction: Reaction, lane: string): Promise<void> {
    const { store, run } = this.#ports;
    const delivery = store.ledger.head(reaction.name, lane);
    const { signal } = this.#stop;
    if (delivery !== undefined) {
      const onStart = (pid: number): void => this.#settle([{ op: "start", n: delivery.n, pid }]);
      const failed = await run({ reaction, delivery, signal, onStart });
      // A try that was called off has not failed.
      if (failed === undefined) this.#settle([{ op: "end", n: delivery.n }]);
      else if (!signal.aborted) this.#failed(reaction, delivery, failed);
    }
    const lanes = this.#of(reaction.name);
    lanes.running.delete(lane);
    this.enter(reaction.name, lane);
    if (lanes.later.has(lane)) this.#wake();
  }

  #failed({ name, retries }: Reaction, { n, event, tries }: Delivery, failed: Failed): void {
    const { clock, random, store, note } = this.#ports;
    const at = clock.now();
    const { why } = failed;
    const short = why.kind === "not-started" && SHORTAGES.has(why.reason);
    const told = { n, reaction: name, event: event.id, tries: short ? tries : tries + 1, why };
    const failure = { at, ...failed };
    if (!short && tries >= retries) {
      const { forgotten } = store.ledger;
      this.#settle([{ op: "dead", n, tries: told.tries, failure }]);
      note({ code: "delivery-dead", ...told });
      if (store.ledger.forgotten > forgotten) note({ code: "dead-letter-forgotten" });
      return;
    }
    // Full jitter (Brooker, 2015): uniform in [0, base·2^tries], so that what failed together spreads.
    const due = Math.ceil(
      at + random.fraction() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** tries),
    );
    this.#settle([{ op: "failed", n, tries: told.tries, due, failure }]);
    note({ code: "delivery-failed", ...told, due });
  }

  #settle(operations: readonly Operation[]): void {
    const error = this.#ports.store.settle(operations);
    if (error !== undefined) this.#ports.note({ code: "unwritten", detail: error.message });
  }

  #of(reaction: string): Lanes {
    const known = this.#lanes.get(reaction);
    if (known !== undefined) return known;
    const lanes: Lanes = { ready: new Set(), running: new Set(), later: new Map() };
    this.#lanes.set(reaction, lanes);
    return lanes;
  }
}
