import type { Prng } from "../../base/prng.ts";
import { quorumTrust } from "../../protocol/rules/trust/quorum.ts";
import { eigenTrust } from "./eigentrust.ts";
import type { Tallies } from "./tallies.ts";

/** How a peer chooses among those that offer what it looks for. */
export interface Policy {
  /** Called at the end of each cycle. */
  learn(tallies: Tallies, roots: readonly number[]): void;
  pick(offers: readonly number[], random: Prng): number;
  /** What all together make of a peer, by number: for the share that attackers hold. */
  readonly weights: Float64Array;
}

/** One choice in ten goes to a peer of which nothing is known, or nobody new could begin. */
const NEWCOMERS = 0.1;
/** Mound: evidence of less than this much is as good as none. */
const UNKNOWN = 0.1;
/** Mound: what is left of a deed after one cycle, which stands for a week. */
const FADE = 0.9;

export const POLICIES = {
  none: (peers: number): Policy => new Blind(peers),
  eigenTrust: (peers: number): Policy => new Eigen(peers),
  mound: (peers: number): Policy => new Quorum(peers),
};

/** No reputation: anybody. */
class Blind implements Policy {
  readonly weights: Float64Array;

  constructor(peers: number) {
    this.weights = new Float64Array(peers).fill(1);
  }

  learn(): void {
    // There is nothing to learn from.
  }

  pick(offers: readonly number[], random: Prng): number {
    return anyOf(offers, random);
  }
}

/** In proportion to EigenTrust; one choice in ten among those without any. */
class Eigen implements Policy {
  weights: Float64Array;

  constructor(peers: number) {
    this.weights = new Float64Array(peers);
  }

  learn(tallies: Tallies, roots: readonly number[]): void {
    this.weights = eigenTrust(tallies, roots);
  }

  pick(offers: readonly number[], random: Prng): number {
    const strangers = offers.filter((peer) => this.weights[peer] === 0);
    if (strangers.length > 0 && fraction(random) < NEWCOMERS) return anyOf(strangers, random);
    return weighted(offers, this.weights, random);
  }
}

/** In proportion to the eighth power of the score, times confidence; one choice in ten among the unknown. */
class Quorum implements Policy {
  weights: Float64Array;
  #confidence: Float64Array;

  constructor(peers: number) {
    this.weights = new Float64Array(peers);
    this.#confidence = new Float64Array(peers);
  }

  learn(tallies: Tallies, roots: readonly number[]): void {
    const { score, confidence } = quorumTrust({ ...pairsOf(tallies), roots });
    this.#confidence = confidence;
    this.weights = score.map((value, peer) => eighth(value) * confidence[peer]!);
    tallies.fade(FADE);
  }

  pick(offers: readonly number[], random: Prng): number {
    const strangers = offers.filter((peer) => this.#confidence[peer]! < UNKNOWN);
    if (strangers.length > 0 && fraction(random) < NEWCOMERS) return anyOf(strangers, random);
    return weighted(offers, this.weights, random);
  }
}

/** Multiplied out, for engines need not agree on powers. */
function eighth(value: number): number {
  const second = value * value;
  const fourth = second * second;
  return fourth * fourth;
}

function pairsOf({ peers, good, bad }: Tallies) {
  const at: number[] = [];
  for (let pair = 0; pair < good.length; pair += 1) if (good[pair]! + bad[pair]! > 0) at.push(pair);
  return {
    agents: peers,
    from: Int32Array.from(at, (pair) => Math.floor(pair / peers)),
    to: Int32Array.from(at, (pair) => pair % peers),
    good: Float64Array.from(at, (pair) => good[pair]!),
    bad: Float64Array.from(at, (pair) => bad[pair]!),
    proven: new Float64Array(peers),
  };
}

/** From 0 up to 1. */
export function fraction(random: Prng): number {
  return random() / 0x1_0000_0000;
}

export function anyOf<T>(items: readonly T[], random: Prng): T {
  return items[Math.floor(fraction(random) * items.length)]!;
}

/** Anybody, where nobody has a weight. */
function weighted(offers: readonly number[], weights: Float64Array, random: Prng): number {
  let sum = 0;
  for (const peer of offers) sum += weights[peer]!;
  if (sum === 0) return anyOf(offers, random);
  let left = fraction(random) * sum;
  for (const peer of offers) {
    left -= weights[peer]!;
    if (left < 0) return peer;
  }
  return offers.at(-1)!;
}
