/**
 * Signs checkpoints for one agent of this machine, when they are due. Several daemons may do so for one
 * mound: each waits a while of its own, and the first one spares the others the work.
 */
import { checkpointDuty } from "../app/checkpoint-schedule.ts";
import type { Sequencer } from "../app/sequencer.ts";
import type { AppFault } from "../app/faults.ts";
import { signCheckpoint } from "../open/checkpoint.ts";
import type { AnyFault } from "../open/faults.ts";
import type { Mound } from "../open/mound.ts";
import type { AgentId } from "../protocol/ids.ts";
import { CHECKPOINT_PROMISE_MS } from "../protocol/views/staleness.ts";
import type { Log } from "./log.ts";

/** Long enough for another's checkpoint to be pushed and seen in time by most, in milliseconds. */
const DELAY_MS = 120_000;
/** A mound at rest is looked at this often: time alone may make a checkpoint due. */
const LOOK_MS = 60_000;

export interface CheckpointWish {
  readonly agent: AgentId;
  /** Commits after which one is due. */
  readonly every: number;
  /** Milliseconds to wait for others at most; two minutes unless said. */
  readonly delayMs?: number;
}

export interface KeeperPorts {
  readonly mound: Mound;
  /** Runs something while nobody else moves the line. */
  readonly alone: Sequencer["exclusive"];
  readonly log: Log;
  /** What a person should know: a false checkpoint, a key that cannot sign. */
  readonly trouble: (fault: AnyFault) => void;
  /** One has landed. */
  readonly signed: () => void;
}

export class CheckpointKeeper {
  readonly #wish: CheckpointWish;
  readonly #ports: KeeperPorts;
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #busy = false;
  #stopped = false;

  constructor(wish: CheckpointWish, ports: KeeperPorts) {
    this.#wish = wish;
    this.#ports = ports;
  }

  start(): void {
    this.#looking = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
  }

  /** The line may have moved. */
  wake(): void {
    if (this.#busy || this.#stopped || this.#timer !== undefined) return;
    this.#busy = true;
    this.#working = this.#look().finally(() => (this.#busy = false));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#looking);
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Waits where something is due, and signs if it still is then. */
  async #look(): Promise<void> {
    try {
      if ((await this.#duty()) === undefined || this.#stopped) return;
      const { random } = this.#ports.mound.ports;
      const wait = random.fraction() * (this.#wish.delayMs ?? DELAY_MS);
      this.#timer = setTimeout(() => {
        this.#working = this.#working.then(() => this.#sign());
      }, wait);
    } catch (error) {
      this.#ports.log.warn({ error: String(error) }, "could not look whether a checkpoint is due");
    }
  }

  #duty() {
    const { mound } = this.#ports;
    const { agent, every } = this.#wish;
    const now = mound.ports.clock.now();
    return mound.read((view) => checkpointDuty(view, agent, now, every));
  }

  async #sign(): Promise<void> {
    const { mound, log, alone, trouble, signed } = this.#ports;
    const { agent } = this.#wish;
    try {
      const duty = await this.#duty();
      if (duty === undefined || this.#stopped) return;
      const made = await signCheckpoint(mound, agent, {
        ...(duty === "newest" ? {} : duty),
        promise: CHECKPOINT_PROMISE_MS,
        turn: (work) => alone(work),
      });
      if (made.ok) {
        const { commit, number, digest, unpublished } = made.value;
        log.info({ commit, number, digest, unpublished: unpublished?.code }, "signed a checkpoint");
        for (const lie of made.value.lies) trouble(lie);
        signed();
      } else {
        log.warn({ fault: made.error.code }, "a checkpoint could not be signed");
        if (!PASSING.has(made.error.code)) trouble(made.error);
      }
    } catch (error) {
      log.warn({ error: String(error) }, "a checkpoint could not be signed");
    } finally {
      this.#timer = undefined;
    }
  }
}

/** What goes away by itself, or is told by others. */
const PASSING: ReadonlySet<string> = new Set<AppFault["code"] | "history-unproven">([
  "remote-unreachable",
  "remote-refused",
  "remote-garbage",
  "contended",
  "outcome-unknown",
  "history-rewritten",
  "line-deferred",
  "history-unproven",
]);
