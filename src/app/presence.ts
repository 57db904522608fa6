/**
 * The heartbeats of the agents of one process. They ride on pushes of the line that are made anyway;
 * where none comes by in time, and there is budget to spare, they are pushed by themselves.
 *
 *   quiet for RIDE_MS: rides along · for BEAT_MS: is pushed · for QUIET_MS: counts as absent
 */
import { ok, type Result } from "../base/result.ts";
import type { AgentId, TaskId } from "../protocol/ids.ts";
import { heartbeatBody, type Heartbeat } from "../protocol/presence.ts";
import { joinRecord } from "../protocol/record.ts";
import { presenceNamespace } from "../protocol/signature.ts";
import { COMMIT_PROMISE_MS } from "../protocol/views/presence.ts";
import {
  PRESENCE_REFS,
  type Clock,
  type Objects,
  type Remote,
  type RemoteFault,
  type Rider,
  type Signer,
} from "./ports.ts";

/** Of the six pushes a minute that hosts recommend at most, one is for idle agents. */
export const BEAT_MS = 60_000;
/** Three beats missed, and half of one for a push that waits for budget: then silence is absence. */
export const QUIET_MS = COMMIT_PROMISE_MS;
/** A push that is made anyway takes along what would be due soon; more often would say nothing new. */
const RIDE_MS = BEAT_MS / 2;
/** Keeps the command line of a push within the 32 KiB that Windows allows. */
const RIDERS_MAX = 200;

export interface HeartbeatOptions {
  /** The full id of the mound. */
  readonly mound: string;
  /** A short name of this machine. */
  readonly host: string;
  /** Log time in milliseconds, and what the agent holds. */
  readonly look: (agent: AgentId) => Promise<{
    readonly now: number;
    readonly doing: readonly TaskId[];
  }>;
  /** Whether a push of its own may be made now; `urgent`: somebody leaves. */
  readonly spare: (urgent: boolean) => boolean;
  /** A heartbeat could not be signed or kept: the line goes on without it. */
  readonly warn?: (error: unknown) => void;
}

interface Before {
  /** Milliseconds: when the stay began, where it goes on. */
  readonly since: number | undefined;
  /** Milliseconds: what is said now is dated later. */
  readonly at: number;
}

interface Voice {
  readonly signer: Signer;
  readonly since: number | undefined;
  /** The `at` of the newest heartbeat that was signed for it. */
  readonly after: number;
  readonly leaving: boolean;
  /** Milliseconds by the clock: when it was last heard at the origin. */
  readonly told: number | undefined;
  /** What was last signed, whether or not it arrived. */
  readonly said: (Rider & { readonly heartbeat: Heartbeat; readonly made: number }) | undefined;
}

export class Heartbeats {
  readonly #ports: { readonly clock: Clock; readonly objects: Objects; readonly remote: Remote };
  readonly #options: HeartbeatOptions;
  readonly #voices = new Map<AgentId, Voice>();
  /** Milliseconds: no push of our own before this, for the last one failed. */
  #retry = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    ports: { readonly clock: Clock; readonly objects: Objects; readonly remote: Remote },
    options: HeartbeatOptions,
  ) {
    this.#ports = ports;
    this.#options = options;
  }

  /** From now on the agent is here; `before`: what another process last said for it. */
  join(agent: AgentId, signer: Signer, before?: Before): void {
    const voice = this.#voices.get(agent);
    if (voice !== undefined && !voice.leaving && voice.signer.key === signer.key) return;
    this.#voices.set(agent, {
      signer,
      since: before?.since ?? (voice?.leaving === true ? undefined : voice?.since),
      after: before?.at ?? voice?.after ?? 0,
      leaving: false,
      told: undefined,
      said: undefined,
    });
  }

  /** From now on the agent is leaving: that is due at once, and the last that is heard of it. */
  leave(agent: AgentId): void {
    const voice = this.#voices.get(agent);
    if (voice === undefined || voice.leaving) return;
    this.#voices.set(agent, { ...voice, leaving: true, told: undefined });
    // Whoever leaves has no time to wait for another try.
    this.#retry = 0;
  }

  /** Whether anybody is here. */
  get agents(): readonly AgentId[] {
    return [...this.#voices].flatMap(([agent, voice]) => (voice.leaving ? [] : [agent]));
  }

  /**
   * Milliseconds by the clock: when `beat` will have something to push; in the past where it waits for
   * budget; undefined while nobody is here.
   */
  dueAt(): number | undefined {
    if (this.#voices.size === 0) return undefined;
    const due = [...this.#voices.values()].map(({ told }) =>
      told === undefined ? 0 : told + BEAT_MS,
    );
    return Math.max(this.#retry, Math.min(...due));
  }

  /** What should go with a push that is made anyway; its objects are in the clone's store. */
  async riders(): Promise<readonly Rider[]> {
    const turn = this.#turn.then(() => this.#make());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** To be told which refs a push has carried. */
  carried(refs: readonly string[]): void {
    for (const [agent, voice] of this.#voices) {
      const { said } = voice;
      if (said === undefined || !refs.includes(said.ref)) continue;
      // It may have decided to leave since that was signed.
      if (!isSame(said.heartbeat, voice.leaving)) continue;
      if (voice.leaving) this.#voices.delete(agent);
      else this.#voices.set(agent, { ...voice, told: said.made });
    }
  }

  /** Pushes what is overdue where there is budget; answers how many heartbeats arrived. */
  async beat(): Promise<Result<number, RemoteFault>> {
    const now = this.#ports.clock.now();
    const due = this.dueAt();
    if (due === undefined || due > now) return ok(0);
    const urgent = [...this.#voices.values()].some(({ leaving }) => leaving);
    if (!this.#options.spare(urgent)) return ok(0);
    const riders = await this.riders();
    const published = await this.#ports.remote.publish(riders);
    if (published.ok) this.carried(riders.map(({ ref }) => ref));
    const failed = !published.ok || riders.length === 0;
    if (failed) this.#retry = this.#ports.clock.now() + BEAT_MS;
    return published.ok ? ok(riders.length) : published;
  }

  async #make(): Promise<readonly Rider[]> {
    const { clock, objects } = this.#ports;
    const now = clock.now();
    const due = [...this.#voices]
      .filter(([, { told }]) => told === undefined || now - told >= RIDE_MS)
      .toSorted(([, a], [, b]) => (a.told ?? 0) - (b.told ?? 0))
      .slice(0, RIDERS_MAX);
    const riders: Rider[] = [];
    for (const [agent, voice] of due) {
      // An origin that takes no riders is offered the same ones again, not new ones at every push.
      const fresh = freshRider(voice, now);
      if (fresh !== undefined) {
        riders.push(fresh);
        continue;
      }
      try {
        const { bytes, heartbeat } = await this.#say(agent, voice);
        const oid = objects.name("blob", bytes);
        await objects.write([{ oid, type: "blob", bytes }]);
        const rider: Rider = { ref: `${PRESENCE_REFS}${agent}`, oid };
        const current = this.#voices.get(agent);
        if (current === undefined) continue;
        const { since, at: after } = heartbeat;
        const said = { ...rider, heartbeat, made: now };
        this.#voices.set(agent, { ...current, since, after, said });
        riders.push(rider);
      } catch (error) {
        // Presence is a courtesy: a key that does not sign must not hold up the line.
        this.#options.warn?.(error);
      }
    }
    return riders;
  }

  async #say(
    agent: AgentId,
    { signer, since, after, leaving }: Voice,
  ): Promise<{ readonly bytes: Uint8Array; readonly heartbeat: Heartbeat }> {
    const { host, mound, look } = this.#options;
    const { now, doing } = await look(agent);
    const at = Math.max(now, after + 1);
    const heartbeat: Heartbeat = {
      agent,
      state: leaving ? "leaving" : "here",
      host,
      doing: leaving ? [] : doing,
      since: Math.min(at, since ?? at),
      at,
      until: at + QUIET_MS,
    };
    const body = heartbeatBody(heartbeat);
    const payload = new TextEncoder().encode(body);
    const armor = await signer.sign(payload, presenceNamespace(mound));
    return { bytes: joinRecord(body, [armor]), heartbeat };
  }
}

/** What was signed last, where it is still what would be said. */
function freshRider({ said, leaving }: Voice, now: number): Rider | undefined {
  if (said === undefined || now - said.made >= RIDE_MS || !isSame(said.heartbeat, leaving))
    return undefined;
  return { ref: said.ref, oid: said.oid };
}

function isSame({ state }: Heartbeat, leaving: boolean): boolean {
  return (state === "leaving") === leaving;
}
