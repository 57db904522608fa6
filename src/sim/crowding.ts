import type { AgentId } from "../protocol/ids.ts";
import { shuffle } from "./random.ts";
import type { Situation, Strategy } from "./strategy.ts";

/** Views that are looked at, and agents that are asked on each: as many pairs as make up 50,000. */
const LOOKS = 10;
const ASKED = 100;
/** Choices between two looks, so that they are far apart in time. */
const APART = 150;

/**
 * Measures how likely two agents want the same task when they read the same state: the sum of p squared
 * of the prediction, for a strategy of which nothing is known but what it answers.
 */
export class Crowding {
  readonly #strategy: Strategy;
  readonly #agents: readonly { readonly id: AgentId }[];
  readonly #fraction: () => number;
  #choices = 0;
  #pairs = 0;
  #same = 0;

  constructor(
    strategy: Strategy,
    agents: readonly { readonly id: AgentId }[],
    fraction: () => number,
  ) {
    this.#strategy = strategy;
    this.#agents = agents;
    this.#fraction = fraction;
  }

  get concentration(): number {
    return this.#pairs === 0 ? Number.NaN : this.#same / this.#pairs;
  }

  /** To be told of each choice; asks everyone now and then. */
  look(situation: Situation): void {
    this.#choices += 1;
    if (this.#choices % APART !== 0 || this.#choices > APART * LOOKS) return;
    const wanted = new Map<string, number>();
    let asked = 0;
    // Each agent once: an agent wants the same as itself, and that is no collision.
    for (const index of shuffle(this.#agents.length, this.#fraction).slice(0, ASKED)) {
      const { id } = this.#agents[index]!;
      const task = this.#strategy.choose({ ...situation, agent: id, losses: [], own: new Set() });
      if (task === undefined) continue;
      this.#same += wanted.get(task) ?? 0;
      this.#pairs += asked;
      asked += 1;
      wanted.set(task, (wanted.get(task) ?? 0) + 1);
    }
  }
}
