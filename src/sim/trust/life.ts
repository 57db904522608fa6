import { prng, type Prng } from "../../base/prng.ts";
import type { Model } from "./models.ts";
import { CYCLES } from "./models.ts";
import { anyOf, fraction, type Policy } from "./policies.ts";
import { Tallies } from "./tallies.ts";

const QUERIES = 50;
const CATEGORIES = 20;
/** Of the categories, each honest peer holds so many at least, chosen by how popular they are. */
const HELD_MIN = 3;
const HELD_MAX = 8;
/**
 * Attackers answer the top fifth of the queries: all that are for the most popular categories, and no other.
 * There they outnumber honest peers; elsewhere not even a newcomer's turn falls to them.
 */
const POPULAR = CATEGORIES / 5;
const TRIES = 5;
/** What those who praise or slander say in a cycle: as much as is counted. */
const LOUD = 10;

/** What honest peers got. */
export interface Outcome {
  readonly good: number;
  readonly bad: number;
  /** The share of all weight that attackers hold at the end. */
  readonly captured: number;
}

/**
 * One life of a file-sharing network after the EigenTrust paper's set-up: 30 cycles of 50 queries. It is a
 * re-implementation, from what others say of the paper: there is no topology, so each query reaches everybody;
 * each has an honest holder; up to five offers are tried; roots answer as any honest peer does.
 */
export function live(model: Model, policy: Policy, seed: number): Outcome {
  return new Life(model, policy, prng(seed)).run();
}

class Life {
  readonly #model: Model;
  readonly #policy: Policy;
  readonly #random: Prng;
  readonly #tallies: Tallies;
  readonly #holders: readonly number[][];
  readonly #uptime: readonly number[];
  readonly #asking: readonly number[];
  readonly #attackers: readonly number[];
  #good = 0;
  #bad = 0;

  constructor(model: Model, policy: Policy, random: Prng) {
    this.#model = model;
    this.#policy = policy;
    this.#random = random;
    const { peers } = model;
    this.#tallies = new Tallies(peers.length);
    this.#uptime = peers.map(({ honest }) => (honest ? fraction(random) : 1));
    this.#asking = peers.map(() => fraction(random) / 2);
    this.#attackers = peers.flatMap(({ honest }, at) => (honest ? [] : [at]));
    this.#holders = this.#deal();
  }

  run(): Outcome {
    const { peers, roots } = this.#model;
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      for (let query = 0; query < QUERIES; query += 1)
        for (let peer = 0; peer < peers.length; peer += 1)
          if (this.#chance(this.#uptime[peer]!) && this.#chance(this.#asking[peer]!))
            this.#ask(peer, cycle);
      this.#gossip();
      this.#wash(cycle);
      this.#policy.learn(this.#tallies, roots);
    }
    const { weights } = this.#policy;
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const theirs = this.#attackers.reduce((sum, peer) => sum + weights[peer]!, 0);
    return { good: this.#good, bad: this.#bad, captured: all === 0 ? 0 : theirs / all };
  }

  /** Which honest peers hold which category. */
  #deal(): number[][] {
    const holders: number[][] = Array.from({ length: CATEGORIES }, () => []);
    this.#model.peers.forEach(({ honest }, peer) => {
      if (!honest) return;
      const count = HELD_MIN + Math.floor(fraction(this.#random) * (HELD_MAX - HELD_MIN + 1));
      const held = new Set<number>();
      while (held.size < count) held.add(this.#category());
      for (const category of held) holders[category]!.push(peer);
    });
    return holders;
  }

  /** By Zipf's law: the second is wanted half as often as the first. */
  #category(): number {
    let left = fraction(this.#random) * HARMONIC;
    for (let rank = 1; rank < CATEGORIES; rank += 1) {
      left -= 1 / rank;
      if (left < 0) return rank - 1;
    }
    return CATEGORIES - 1;
  }

  #ask(asker: number, cycle: number): void {
    const offers = this.#offers(asker);
    const { honest } = this.#model.peers[asker]!;
    const [from, to] = this.#model.counted;
    for (let tried = 0; tried < TRIES && offers.length > 0; tried += 1) {
      const chosen = this.#policy.pick(offers, this.#random);
      offers.splice(offers.indexOf(chosen), 1);
      const good = !this.#chance(this.#model.peers[chosen]!.bad(cycle));
      this.#say(asker, chosen, good, cycle);
      if (honest && cycle >= from && cycle < to) {
        if (good) this.#good += 1;
        else this.#bad += 1;
      }
      if (good) return;
    }
  }

  /** Nobody says a bad word about those whom it praises. */
  #say(asker: number, chosen: number, good: boolean, cycle: number): void {
    const { lies, praises } = this.#model.peers[asker]!;
    this.#tallies.rate(asker, chosen, praises.includes(chosen) || good !== lies(cycle));
  }

  #offers(asker: number): number[] {
    const category = this.#category();
    const holders = this.#holders[category]!;
    const offers = holders.filter((peer) => peer !== asker && this.#chance(this.#uptime[peer]!));
    if (offers.length === 0) {
      const honest = holders.filter((peer) => peer !== asker);
      if (honest.length > 0) offers.push(anyOf(honest, this.#random));
    }
    if (this.#model.answered === "all" || category < POPULAR)
      for (const peer of this.#attackers) if (peer !== asker) offers.push(peer);
    return offers;
  }

  #gossip(): void {
    this.#model.peers.forEach(({ praises, slanders }, peer) => {
      for (const other of praises) this.#tallies.rate(peer, other, true, LOUD);
      for (const other of slanders) this.#tallies.rate(peer, other, false, LOUD);
    });
  }

  #wash(cycle: number): void {
    this.#model.peers.forEach(({ washes }, peer) => {
      if (washes !== undefined && (cycle + 1) % washes === 0) this.#tallies.forget(peer);
    });
  }

  #chance(probability: number): boolean {
    return fraction(this.#random) < probability;
  }
}

const HARMONIC = Array.from({ length: CATEGORIES }, (_, at) => 1 / (at + 1)).reduce(
  (sum, term) => sum + term,
  0,
);
