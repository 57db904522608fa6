import { err, ok, type Result } from "../base/result.ts";
import type { Clock, Signer } from "../app/ports.ts";
import type { Sequencer } from "../app/sequencer.ts";
import type { Mound } from "../open/mound.ts";
import type { WireFault } from "../open/wire.ts";
import type { AgentId } from "../protocol/ids.ts";
import { keyInForce } from "../protocol/rules/members.ts";

/** A key that is taken away, or replaced, is missed within this many milliseconds. */
const KEPT_MS = 30_000;

/**
 * The signers of agents whose keys lie on this machine and sign by themselves. Reading a private key
 * takes ten times as long as a signature, so each is kept for a while.
 */
export class SignerShelf {
  readonly #mound: Pick<Mound, "read" | "signer">;
  readonly #clock: Clock;
  readonly #alone: Sequencer["exclusive"];
  readonly #kept = new Map<AgentId, { readonly signer: Signer; readonly until: number }>();

  /** `alone`: runs something while nobody else moves the line. */
  constructor(mound: Pick<Mound, "read" | "signer">, clock: Clock, alone: Sequencer["exclusive"]) {
    this.#mound = mound;
    this.#clock = clock;
    this.#alone = alone;
  }

  /** Agents that were served lately. */
  get agents(): readonly AgentId[] {
    return [...this.#kept.keys()];
  }

  async find(agent: AgentId): Promise<Result<Signer, WireFault>> {
    const kept = this.#kept.get(agent);
    if (kept !== undefined && this.#clock.now() < kept.until) return ok(kept.signer);
    const found = await this.#alone(() => this.#mound.signer(agent));
    if (!found.ok) {
      this.#kept.delete(agent);
      return err({ code: "key-unavailable", detail: found.error.code });
    }
    if (!found.value.unattended)
      return err({
        code: "key-attended",
        detail: `the key of ${agent} needs a person or an agent`,
      });
    this.#kept.set(agent, { signer: found.value, until: this.#clock.now() + KEPT_MS });
    return ok(found.value);
  }

  /** Any of them whose key is in force, to commit what others have signed. */
  async anyone(): Promise<{ readonly agent: AgentId; readonly signer: Signer } | undefined> {
    for (const agent of this.agents) {
      const found = await this.find(agent);
      if (!found.ok) continue;
      const inForce = await this.#mound.read((view) => keyInForce(view, agent));
      if (inForce === found.value.key) return { agent, signer: found.value };
    }
    return undefined;
  }

  forget(agent: AgentId): void {
    this.#kept.delete(agent);
  }
}
