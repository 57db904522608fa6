/**
 * What an auction needs somebody to do when its time has come: reveals what this clone has bid, and has the
 * award made where nobody else commits anything. Each machine does so for its own; awards it leaves to others for
 * a while.
 */
import type { Command } from "../protocol/commands/index.ts";
import type { AgentId, TaskId } from "../protocol/ids.ts";
import { phaseOf } from "../protocol/rules/auction.ts";
import { mayAward } from "../protocol/rules/award-due.ts";
import { refuseNonMember } from "../protocol/rules/members.ts";
import type { View } from "../protocol/state.ts";
import { dueReveals, spentBids, untilReveals } from "./due-reveals.ts";
import { KeptBids, type KeptBid } from "./kept-bids.ts";
import type { Mound } from "./mound.ts";

/** Looks after which an award that is due is made at the latest; which one is drawn, so few machines do the same. */
const PATIENCE = 3;

/** What was done, or could not be; `fault`: its code. */
export interface Chore {
  readonly what: "reveal" | "award";
  readonly agent: AgentId;
  readonly task: TaskId;
  readonly fault: string | undefined;
}

export interface ChorePorts {
  readonly mound: Pick<Mound, "read"> & {
    readonly clone: Pick<Mound["clone"], "commonDir">;
    readonly ports: Pick<Mound["ports"], "random">;
  };
  /** Whose bids are revealed; undefined: those of whoever has bid in this clone. */
  readonly of?: AgentId;
  /** Who may have an award made, of an auction of `creator`; one of them whose key is at hand does. */
  readonly awarders: (creator: AgentId) => readonly AgentId[];
  readonly isAtHand: (agent: AgentId) => Promise<boolean>;
  /** Answers the code of the fault where it was not carried out. */
  readonly submit: (agent: AgentId, command: Command) => Promise<string | undefined>;
  readonly tell: (chore: Chore) => void;
}

export class AuctionChores {
  readonly #ports: ChorePorts;
  readonly #kept: KeptBids;
  /** What is waited with, and for how many looks yet. */
  #waiting: { readonly task: TaskId; readonly looks: number } | undefined;

  constructor(ports: ChorePorts) {
    this.#ports = ports;
    this.#kept = new KeptBids(ports.mound.clone.commonDir);
  }

  /** The bids that are still to be revealed, or withdrawn, as far as this clone knows. */
  async bids(): Promise<readonly KeptBid[]> {
    const { of } = this.#ports;
    return (await this.#kept.all()).filter(({ agent }) => of === undefined || agent === of);
  }

  /** Reveals those of the bids that may be revealed, and forgets what is over. */
  async reveal(bids: readonly KeptBid[]): Promise<void> {
    const { mound, submit, tell } = this.#ports;
    if (bids.length === 0) return;
    for (const bid of await mound.read((view, now) => spentBids(view, bids, now)))
      await this.#kept.forget(bid);
    const due = await mound.read((view, now) => dueReveals(view, bids, now));
    const reveal = async ({ agent, task, eta, salt }: KeptBid): Promise<void> => {
      const fault = await submit(agent, { type: "reveal", task, eta, salt });
      tell({ what: "reveal", agent, task, fault });
    };
    // Together, so that one chain is made of them.
    await Promise.all(due.map(reveal));
  }

  /** Milliseconds until the first of the bids may be revealed; undefined where none waits for that. */
  async untilReveals(bids: readonly KeptBid[]): Promise<number | undefined> {
    return this.#ports.mound.read((view, now) => untilReveals(view, bids, now));
  }

  async award(): Promise<void> {
    const { mound, awarders, isAtHand, submit, tell } = this.#ports;
    const away = new Set<AgentId>();
    // One commit makes all that are due for its author.
    for (const [task, agent] of await mound.read((view, now) => dueAwards(view, now, awarders))) {
      if (away.has(agent)) continue;
      if (!(await isAtHand(agent))) {
        away.add(agent);
        continue;
      }
      if (this.#waitsWith(task)) return;
      tell({ what: "award", agent, task, fault: await submit(agent, { type: "award", task }) });
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
}

/** The awards that are due, each with whoever may have it made, in order of preference. */
function dueAwards(
  view: View,
  now: number,
  awarders: ChorePorts["awarders"],
): readonly (readonly [TaskId, AgentId])[] {
  return Object.keys(view.get("auctions") ?? {})
    .toSorted()
    .flatMap((id) => {
      const task = view.get(`task/${id}`);
      // Where nobody has bid, the next commit of anybody strikes it off the list, and nobody waits for that.
      if (task === undefined || phaseOf(view, task, now).phase !== "due") return [];
      return [...new Set(awarders(task.creator))]
        .filter((one) => refuseNonMember(view, one) === undefined && mayAward(view, task, one))
        .map((agent) => [task.id, agent] as const);
    });
}
