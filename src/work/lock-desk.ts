import { err, ok, type Result } from "../base/result.ts";
import type { Mound } from "../open/mound.ts";
import type { Command } from "../protocol/commands/index.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { ClaimState } from "../protocol/state.ts";
import { attempt } from "./attempt.ts";
import type { DeskFault } from "./desk.ts";

/** A lock that is held, under which token. */
export interface HeldLock {
  readonly name: string;
  readonly token: number;
  /** Milliseconds: the end of the lease. */
  readonly until: number;
}

/** Where a lock is taken and given back: a mound, or in tests a table. */
export interface LockDesk {
  /**
   * Takes it. What the same agent holds already may be held by another process: unless that will do, the
   * fault is `lock-held`, as of any other holder.
   */
  take(): Promise<Result<HeldLock, DeskFault>>;
  /** Holds on to it; answers the new end of the lease in milliseconds. */
  renew(held: HeldLock): Promise<Result<number, DeskFault>>;
  release(held: HeldLock): Promise<Result<undefined, DeskFault>>;
}

export interface LockDeskOptions {
  readonly mound: Mound;
  readonly agent: AgentId;
  readonly name: string;
  /** Milliseconds; the mound's default unless said. */
  readonly lease?: number;
  /** What the agent holds already will do: no program is to run under it that may run twice. */
  readonly ownWillDo?: boolean;
}

/** A desk for one lock of a mound. One call at a time. */
export class MoundLockDesk implements LockDesk {
  readonly #options: LockDeskOptions;
  /** Takings of which it is not known whether they landed. */
  readonly #doubts = new Set<string>();

  constructor(options: LockDeskOptions) {
    this.#options = options;
  }

  async take(): Promise<Result<HeldLock, DeskFault>> {
    const { name, agent, ownWillDo = false } = this.#options;
    const outcome = await this.#submit({ type: "lock", name, ...this.#lease() });
    if (!outcome.ok) {
      if (outcome.error.code === "outcome-unknown")
        for (const nonce of outcome.error.nonces) this.#doubts.add(nonce);
      return outcome;
    }
    const claim = await this.#claim();
    if (!claim.ok) return claim;
    const found = claim.value;
    // Whoever revokes the holder or takes over at the same moment has ended the claim already.
    if (found === undefined) return err({ rule: "CL4", code: "lock-not-held", lock: name });
    const { token, until, nonce } = found;
    const own = found.agent === agent && (ownWillDo || !outcome.value.already);
    if (own || this.#doubts.has(nonce)) return ok({ name, token, until });
    return err({ rule: "LK2", code: "lock-held", lock: name, by: found.agent, until, token });
  }

  async renew({ name, token, until }: HeldLock): Promise<Result<number, DeskFault>> {
    const outcome = await this.#submit({ type: "renew-lock", name, token, ...this.#lease() });
    if (!outcome.ok) return outcome;
    const claim = await this.#claim();
    return claim.ok ? ok(claim.value?.until ?? until) : claim;
  }

  async release({ name, token }: HeldLock): Promise<Result<undefined, DeskFault>> {
    const outcome = await this.#submit({ type: "unlock", name, token });
    return outcome.ok ? ok(undefined) : outcome;
  }

  #lease(): { readonly lease?: number } {
    const { lease } = this.#options;
    return lease === undefined ? {} : { lease };
  }

  #submit(command: Command): Promise<Result<{ readonly already: boolean }, DeskFault>> {
    const { mound, agent } = this.#options;
    return attempt(async () => {
      const [outcome] = await mound.submit(agent, [command], { project: false });
      return outcome!.ok ? ok({ already: outcome!.value.answer.already === true }) : outcome!;
    });
  }

  #claim(): Promise<Result<ClaimState | undefined, DeskFault>> {
    const { mound, name } = this.#options;
    return attempt(() => mound.read((view) => ok(view.get(`lock/${name}`)?.claim)));
  }
}
