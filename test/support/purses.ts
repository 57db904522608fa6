/** What grants, claims and their ends do to credits, told from accepted records alone and without the judge's state. */
import { assert } from "../../src/base/assert.ts";
import type { Incoming } from "../../src/protocol/kinds/incoming.ts";

export interface Purse {
  granted: number;
  lost: number;
  /** By task. */
  readonly locked: Map<string, number>;
}

export interface Moved {
  readonly what: "granted" | "locked" | "returned" | "forfeited";
  readonly agent: string;
  readonly task?: string;
  readonly amount: number;
  /** What the agent has free after it. */
  readonly free: number;
}

interface Claim {
  readonly agent: string;
  readonly until: number;
  readonly token: number;
}

type Fields = Claim & {
  readonly id: string;
  readonly to: string;
  readonly amount: number;
  readonly stake?: number;
  readonly attempts?: number;
  readonly task: string;
  readonly outcome: string;
};

export class Purses {
  readonly of = new Map<string, Purse>();
  readonly #stakes = new Map<string, number>();
  readonly #attempts = new Map<string, number>();
  readonly #claims = new Map<string, Claim>();
  /** Who has failed at a task, or let it lapse. */
  readonly #failed = new Map<string, Set<string>>();
  /** The claims that were renewed after the last lapse that their task allows. */
  readonly #final = new Set<string>();
  #moved: Moved[] = [];

  /** All that one accepted commit moves, in order. `time`: log time in milliseconds. */
  take(records: readonly Incoming[], time: number): readonly Moved[] {
    this.#moved = [];
    for (const { kind, fields } of records) this.#record(kind, fields as unknown as Fields, time);
    return this.#moved;
  }

  free(agent: string): number {
    const { granted, lost, locked } = this.purse(agent);
    return granted - lost - [...locked.values()].reduce((sum, amount) => sum + amount, 0);
  }

  purse(agent: string): Purse {
    const purse = this.of.get(agent) ?? { granted: 0, lost: 0, locked: new Map() };
    this.of.set(agent, purse);
    return purse;
  }

  #record(kind: string, fields: Fields, time: number): void {
    if (kind === "grant") {
      this.purse(fields.to).granted += fields.amount;
      this.#tell("granted", fields.to, fields.amount);
    } else if (kind === "task") {
      this.#stakes.set(fields.id, fields.stake ?? 0);
      this.#attempts.set(fields.id, fields.attempts ?? 3);
    } else if (kind === "claim") this.#claim(fields, time);
    else if (kind === "attempt") this.#end(fields, time);
  }

  #claim(claim: Fields, time: number): void {
    const renews = this.#claims.get(claim.task)?.token === claim.token;
    if (renews && this.#isFinal(claim.task, time)) this.#final.add(claim.task);
    this.#claims.set(claim.task, claim);
    const stake = this.#stakes.get(claim.task)!;
    if (renews || stake === 0) return;
    const { locked } = this.purse(claim.agent);
    assert(!locked.has(claim.task), "a stake was locked twice");
    locked.set(claim.task, stake);
    assert(this.free(claim.agent) >= 0, "somebody has less than nothing");
    this.#tell("locked", claim.agent, stake, claim.task);
  }

  #end({ task, outcome }: Fields, time: number): void {
    const { agent, until } = this.#claims.get(task)!;
    const final = this.#isFinal(task, time) || this.#final.has(task);
    this.#claims.delete(task);
    this.#final.delete(task);
    if (outcome === "failed" || outcome === "expired")
      this.#failed.set(task, new Set([...(this.#failed.get(task) ?? []), agent]));
    const purse = this.purse(agent);
    const stake = purse.locked.get(task);
    if (stake === undefined) return;
    const late =
      outcome === "expired" ||
      (outcome === "cancelled" && time >= until) ||
      (final && (outcome === "released" || outcome === "failed"));
    const lost = late ? stake : outcome === "failed" ? Math.ceil(stake / 2) : 0;
    purse.lost += lost;
    purse.locked.set(task, stake - lost);
    if (lost > 0) this.#tell("forfeited", agent, lost, task);
    purse.locked.delete(task);
    if (lost < stake) this.#tell("returned", agent, stake - lost, task);
  }

  /** Whether the claim has lapsed, and nobody can take over. */
  #isFinal(task: string, time: number): boolean {
    const { agent, until } = this.#claims.get(task)!;
    const failed = new Set([...(this.#failed.get(task) ?? []), agent]);
    return time >= until && failed.size >= this.#attempts.get(task)!;
  }

  /** Takes what a slash took, as it was told. */
  follow(moves: readonly Moved[]): readonly Moved[] {
    for (const { what, agent, task, amount } of moves) {
      assert(what === "forfeited" && task !== undefined, "a slash takes what is locked on tasks");
      const purse = this.purse(agent);
      const left = purse.locked.get(task)! - amount;
      assert(left >= 0, "a slash took more than was locked");
      if (left === 0) purse.locked.delete(task);
      else purse.locked.set(task, left);
      purse.lost += amount;
    }
    return moves;
  }

  #tell(what: Moved["what"], agent: string, amount: number, task?: string): void {
    const about = task === undefined ? {} : { task };
    this.#moved.push({ what, agent, amount, free: this.free(agent), ...about });
  }
}
