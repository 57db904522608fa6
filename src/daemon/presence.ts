/**
 * Who of this machine is here: whose commands came lately, and who said so. The daemon says it for all
 * of them at once, on pushes that are made anyway where it can.
 */
import type { Clock, Remote, Rider, Signer } from "../app/ports.ts";
import type { PushBudget } from "../app/push-budget.ts";
import type { Heartbeats } from "../app/presence.ts";
import { heartbeatsOf } from "../open/presence.ts";
import type { Mound } from "../open/mound.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { Log } from "./log.ts";

/** An agent at work renews its lease within this time, in milliseconds, or says something. */
const AWAY_MS = 30 * 60_000;
/** How often it is looked whether a heartbeat is due. */
const LOOK_MS = 5_000;
/** How long the end of a daemon waits for its agents' leave to be said. */
const LEAVE_MS = 5_000;

export class PresenceKeeper {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #heartbeats: Heartbeats;
  readonly #lastSeen = new Map<AgentId, number>();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(mound: Mound, budget: PushBudget, log: Log) {
    this.#clock = mound.ports.clock;
    this.#log = log;
    this.#heartbeats = heartbeatsOf(mound, {
      spare: (urgent) => (urgent ? budget.delay() === 0 : budget.spare()),
      warn: (error) => log.warn({ error: String(error) }, "a heartbeat could not be made"),
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** A command of this agent came, or it says that it is here. */
  here(agent: AgentId, signer: Signer): void {
    this.#lastSeen.set(agent, this.#clock.now());
    this.#heartbeats.join(agent, signer);
  }

  /** Who is here. */
  get agents(): readonly AgentId[] {
    return this.#heartbeats.agents;
  }

  /** It says that it leaves. */
  leave(agent: AgentId): void {
    this.#lastSeen.delete(agent);
    this.#heartbeats.leave(agent);
  }

  /** Says at once what is new, where there is budget for it; resolves when that was tried. */
  tell(): Promise<void> {
    this.#look();
    return this.#beating;
  }

  riders(): Promise<readonly Rider[]> {
    return this.#heartbeats.riders();
  }

  carried(refs: readonly string[]): void {
    this.#heartbeats.carried(refs);
  }

  /** Says for all of them that they leave, as far as the origin answers soon. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const agent of this.#heartbeats.agents) this.#heartbeats.leave(agent);
    await this.#beating;
    const limit = AbortSignal.timeout(LEAVE_MS);
    const late = new Promise<void>((resolve) => {
      limit.addEventListener("abort", () => resolve());
    });
    await Promise.race([this.#beat(), late]);
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [agent, seen] of this.#lastSeen) {
      if (now - seen < AWAY_MS) continue;
      this.#lastSeen.delete(agent);
      this.#heartbeats.leave(agent);
    }
    this.#beating = this.#beating.then(() => this.#beat());
  }

  async #beat(): Promise<void> {
    try {
      const beaten = await this.#heartbeats.beat();
      if (!beaten.ok) this.#log.info({ fault: beaten.error.code }, "heartbeats were not taken");
    } catch (error) {
      this.#log.warn({ error: String(error) }, "heartbeats were not sent");
    }
  }
}

/** The remote, with the heartbeats that are due on every push of the line. */
export function riding(remote: Remote, keeper: () => PresenceKeeper | undefined): Remote {
  return {
    ...remote,
    async push(next, old, riders = []) {
      const own = (await keeper()?.riders()) ?? [];
      const outcome = await remote.push(next, old, [...riders, ...own]);
      keeper()?.carried(outcome.carried ?? []);
      return outcome;
    },
  };
}
