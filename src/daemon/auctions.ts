/** Does what auctions need somebody to do: for whom this machine has served lately, and for who has bid in its clone. */
import type { Sequencer } from "../app/sequencer.ts";
import { AuctionChores, type Chore, type ChorePorts } from "../open/auction-chores.ts";
import type { Command } from "../protocol/commands/index.ts";
import type { AgentId } from "../protocol/ids.ts";
import type { Log } from "./log.ts";
import type { SignerShelf } from "./signer-shelf.ts";

/** In milliseconds. The shortest time to reveal is ten seconds, and a push takes its share. */
const LOOK_MS = 2_000;

export interface AuctionPorts {
  readonly mound: ChorePorts["mound"];
  readonly sequencer: Pick<Sequencer, "submit">;
  readonly signers: Pick<SignerShelf, "find" | "agents">;
  readonly log: Log;
}

export class AuctionKeeper {
  readonly #ports: AuctionPorts;
  readonly #chores: AuctionChores;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #busy = false;
  #stopped = false;

  constructor(ports: AuctionPorts) {
    const { mound, signers } = ports;
    this.#ports = ports;
    this.#chores = new AuctionChores({
      mound,
      awarders: (creator) => [...signers.agents, creator],
      isAtHand: async (agent) => (await signers.find(agent)).ok,
      submit: (agent, command) => this.#submit(agent, command),
      tell: (chore) => this.#tell(chore),
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.#wake(), LOOK_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#working;
  }

  #wake(): void {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    this.#working = this.look().finally(() => (this.#busy = false));
  }

  async look(): Promise<void> {
    try {
      await this.#chores.reveal(await this.#chores.bids());
      await this.#chores.award();
    } catch (error) {
      this.#ports.log.warn({ error: String(error) }, "could not look after the auctions");
    }
  }

  #tell({ what, fault, ...about }: Chore): void {
    const { log } = this.#ports;
    const reveals = what === "reveal";
    if (fault === undefined) log.info(about, reveals ? "revealed a bid" : "had an auction awarded");
    else {
      const text = reveals ? "a bid could not be revealed" : "an auction could not be awarded";
      log.warn({ ...about, fault }, text);
    }
  }

  /** Answers why it was not carried out. */
  async #submit(agent: AgentId, command: Command): Promise<string | undefined> {
    const { sequencer, signers } = this.#ports;
    if (this.#stopped) return "stopping";
    const signer = await signers.find(agent);
    if (!signer.ok) return signer.error.code;
    const request = { agent, command, signer: signer.value };
    const taken = sequencer.submit([request], JSON.stringify(command).length);
    const [outcome] = taken.ok ? await taken.value : [taken];
    return outcome?.ok === true ? undefined : (outcome?.error.code ?? "no-answer");
  }
}
