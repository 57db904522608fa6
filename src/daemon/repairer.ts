import type { Random } from "../app/ports.ts";
import type { Sequencer } from "../app/sequencer.ts";
import type { Mound } from "../open/mound.ts";
import { findDamage, repairsFor, type Damage } from "../open/repair.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import type { Log } from "./log.ts";
import type { SignerShelf } from "./signer-shelf.ts";

/**
 * Milliseconds that a daemon waits at most before it repairs; how long, it draws. Several daemons that
 * see the same damage do not all start at once then, and whoever comes later finds it mended.
 */
const DELAY_MS = 10_000;
/** After a failure: the key is away, or the origin refuses, and that lasts. */
const AGAIN_MS = 60_000;

export interface RepairerPorts {
  readonly mound: Mound;
  /** In whose name it repairs. */
  readonly agent: AgentId;
  readonly sequencer: Pick<Sequencer, "exclusive" | "submit">;
  readonly signers: Pick<SignerShelf, "find">;
  readonly random: Pick<Random, "fraction">;
  readonly log: Log;
}

/** Undoes what refused commits have left in the tree, without being asked. */
export class Repairer {
  readonly #ports: RepairerPorts;
  /** How many commits had been refused when the tree was last seen to be as it should. */
  #whole = 0;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #failed = false;
  #stopped = false;

  constructor(ports: RepairerPorts) {
    this.#ports = ports;
  }

  /** The line may have moved: looks whether there is reason to look closer. */
  async consider(): Promise<void> {
    const refused = await this.#refused();
    if (refused === this.#whole || this.#stopped || this.#working !== undefined) return;
    const wait = (this.#failed ? AGAIN_MS : 0) + this.#ports.random.fraction() * DELAY_MS;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#repair();
    }, wait);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#working;
  }

  async #repair(): Promise<void> {
    const { mound, log, sequencer } = this.#ports;
    try {
      const found = await sequencer.exclusive(async () => {
        // Somebody else may have been faster.
        const refreshed = await mound.refresh(0);
        if (!refreshed.ok) throw new Error(refreshed.error.code);
        return { damage: await findDamage(mound), refused: await this.#refused() };
      });
      this.#failed = false;
      if (found.damage.leftovers.length === 0) this.#whole = found.refused;
      else await this.#mend(found.damage);
    } catch (error) {
      this.#failed = true;
      log.warn({ error: String(error) }, "could not repair the line");
    }
    this.#working = undefined;
  }

  /** Whether all of it is mended by that, the next look tells. */
  async #mend(damage: Damage): Promise<void> {
    const { agent, sequencer, signers, log } = this.#ports;
    const signer = await signers.find(agent);
    if (!signer.ok) throw new Error(signer.error.code);
    const requests = repairsFor(damage).map((command) => ({
      agent,
      command,
      signer: signer.value,
    }));
    const taken = sequencer.submit(requests, 0);
    if (!taken.ok) throw new Error(taken.error.code);
    const commits: Oid[] = [];
    for (const outcome of await taken.value) {
      if (!outcome.ok) throw new Error(outcome.error.code);
      if (outcome.value.commit !== undefined) commits.push(outcome.value.commit);
    }
    if (commits.length === 0) return;
    const undone = [...new Set(damage.leftovers.flatMap(({ by }) => by ?? []))];
    log.info(
      { commits: commits.join(" "), undone: undone.join(" "), paths: damage.leftovers.length },
      "repaired the line",
    );
  }

  async #refused(): Promise<number> {
    return (await this.#ports.mound.line.standing())?.line.refused ?? 0;
  }
}
