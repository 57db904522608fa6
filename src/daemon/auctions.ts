/**
 * What an auction needs somebody to do when its time has come: reveals what this clone has bid, and has the
 * award made where nobody else commits anything. Each machine does so for its own; awards it leaves to others for
 * a while.
 */
import type { Sequencer } from "../app/sequencer.ts";
import { dueReveals, spentBids } from "../open/due-reveals.ts";
import { KeptBids } from "../open/kept-bids.ts";
import type { Mound } from "../open/mound.ts";
import type { Command } from "../protocol/commands/index.ts";
import type { AgentId, TaskId } from "../protocol/ids.ts";
import { phaseOf } from "../protocol/rules/auction.ts";
import { refuseNonMember } from "../protocol/rules/members.ts";
import { mayAward } from "../protocol/rules/award-due.ts";
import type { View } from "../protocol/state.ts";
import type { Log } from "./log.ts";
import type { SignerShelf } from "./signer-shelf.ts";

/** In milliseconds. The shortest time to reveal is ten seconds, and a push takes its share. */
const LOOK_MS = 2_000;
/** Looks after which an award that is due is made at the latest; which one is drawn, so few daemons do the same. */
const PATIENCE = 3;

export interface AuctionPorts {
  readonly mound: Pick<Mound, "read"> & {
    readonly clone: Pick<Mound["clone"], "commonDir">;
    readonly ports: Pick<Mound["ports"], "random">;
  };
  readonly sequencer: Pick<Sequencer, "submit">;
  readonly signers: Pick<SignerShelf, "find" | "agents">;
  readonly log: Log;
}

export class AuctionKeeper {
  readonly #ports: AuctionPorts;
  readonly #kept: KeptBids;
  /** What is waited with, and for how many looks yet. */
  #waiting: { readonly task: TaskId; readonly looks: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();
  #busy = false;
  #stopped = false;

  constructor(ports: AuctionPorts) {
    this.#ports = ports;
    this.#kept = new KeptBids(ports.mound.clone.commonDir);
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
      await this.#reveal();
      await this.#award();
    } catch (error) {
      this.#ports.log.warn({ error: String(error) }, "could not look after the auctions");
    }
  }

  async #reveal(): Promise<void> {
    const { mound, log } = this.#ports;
    const bids = await this.#kept.all();
    if (bids.length === 0) return;
    for (const bid of await mound.read((view, now) => spentBids(view, bids, now)))
      await this.#kept.forget(bid);
    const due = await mound.read((view, now) => dueReveals(view, bids, now));
    const reveal = async ({ agent, task, eta, salt }: (typeof due)[number]): Promise<void> => {
      const fault = await this.#submit(agent, { type: "reveal", task, eta, salt });
      if (fault === undefined) log.info({ agent, task }, "revealed a bid");
      else log.warn({ agent, task, fault }, "a bid could not be revealed");
    };
    // Together, so that the sequencer makes one chain of them.
    await Promise.all(due.map(reveal));
  }

  async #award(): Promise<void> {
    const { mound, signers, log } = this.#ports;
    const due = await mound.read((view, now) => dueAward(view, now, signers.agents));
    if (due === undefined || this.#waitsWith(due.task)) return;
    for (const agent of due.agents) {
      const found = await signers.find(agent);
      if (!found.ok) continue;
      const fault = await this.#submit(agent, { type: "award", task: due.task });
      if (fault === undefined) log.info({ agent, task: due.task }, "had an auction awarded");
      else log.warn({ agent, task: due.task, fault }, "an auction could not be awarded");
      return;
    }
  }

  /** Whether somebody else may still come first. Who was not served in the end waits anew. */
  #waitsWith(task: TaskId): boolean {
    const looks =
      this.#waiting?.task === task
        ? this.#waiting.looks - 1
        : Math.floor(this.#ports.mound.ports.random.fraction() * PATIENCE);
    this.#waiting = looks > 0 ? { task, looks } : undefined;
    return looks > 0;
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

/**
 * An award that is due, and who may have it made: whom this machine has served lately, and the creator, whose
 * auction it is. One commit makes all that are due for its author.
 */
function dueAward(
  view: View,
  now: number,
  served: readonly AgentId[],
): { readonly task: TaskId; readonly agents: readonly AgentId[] } | undefined {
  for (const id of Object.keys(view.get("auctions") ?? {}).toSorted()) {
    const task = view.get(`task/${id}`);
    // Where nobody has bid, the next commit of anybody strikes it off the list, and nobody waits for that.
    if (task === undefined || phaseOf(view, task, now).phase !== "due") continue;
    const agents = [...new Set([...served, task.creator])].filter(
      (one) => refuseNonMember(view, one) === undefined && mayAward(view, task, one),
    );
    if (agents.length > 0) return { task: task.id, agents };
  }
  return undefined;
}
