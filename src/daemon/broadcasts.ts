/**
 * Renews what agents of this machine say that they can do, before it lapses, for as long as they are here.
 * Who has left, or says no more that it is here, is not kept able in its absence.
 */
import type { Sequencer } from "../app/sequencer.ts";
import type { Mound } from "../open/mound.ts";
import { dueBroadcast, type KeepCanCommand } from "../protocol/commands/keep-can.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { Log } from "./log.ts";
import type { SignerShelf } from "./signer-shelf.ts";

/** In milliseconds. A broadcast of less than four minutes may lapse between two looks, and is meant to. */
const LOOK_MS = 60_000;

export interface BroadcastPorts {
  readonly mound: Pick<Mound, "read">;
  readonly sequencer: Pick<Sequencer, "submit">;
  readonly signers: Pick<SignerShelf, "find">;
  /** Who is here. */
  readonly present: () => readonly AgentId[];
  readonly log: Log;
}

const KEEP: KeepCanCommand = { type: "keep-can" };

export class BroadcastKeeper {
  readonly #ports: BroadcastPorts;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(ports: BroadcastPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#working = this.#working.then(() => this.look());
    }, LOOK_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#working;
  }

  /** Renews what is about to lapse; together, so that the sequencer makes one chain of it. Never rejects. */
  async look(): Promise<void> {
    await Promise.all(this.#ports.present().map((agent) => this.#keep(agent)));
  }

  async #keep(agent: AgentId): Promise<void> {
    const { mound, sequencer, signers, log } = this.#ports;
    try {
      const due = await mound.read((view, now) => dueBroadcast(KEEP, { view, agent, now }));
      if (due === undefined || this.#stopped) return;
      const signer = await signers.find(agent);
      if (!signer.ok) return;
      const request = { agent, command: KEEP, signer: signer.value };
      const taken = sequencer.submit([request], JSON.stringify(KEEP).length);
      const [outcome] = taken.ok ? await taken.value : [taken];
      if (outcome?.ok === true) log.info({ agent }, "renewed what an agent can do");
      else log.warn({ agent, fault: outcome?.error.code }, "a broadcast could not be renewed");
    } catch (error) {
      log.warn({ agent, error: String(error) }, "a broadcast could not be renewed");
    }
  }
}
