/**
 * Quorum trust: how far each agent is trusted, from who has rated whom and from a few roots.
 *
 *   cap(n) = min(n, 10)
 *   s_ij  = max(0, cap(g_ij + v_ij) - 3 cap(b_ij))                local trust of deeds and vouches, s_ii = 0
 *   c_ij  = cred_i s_ij / (5 + sum_k s_ik)                        5: the sink
 *   x^r_j = min(1, 0.8 [j = r] + 0.8 sum_i c_ij x^r_i)            32 steps, for each root r
 *   u_r   = 0.64 * 10 / (5 + max(10, sum_k s_rk))                 what r lends directly to whom it trusts wholly
 *   x_j   = the second largest of {min(1, x^r_j / u_r)}           the largest, with fewer than three roots; a root: 1
 *   w_i   = x_i cred_i
 *   a_j   = sum_i w_i cap(g_ij)                                   with three roots and more, in both sums
 *   b_j   = 3 sum_i w_i cap(b_ij) + what the log says against j   without the rater of whom it is the most
 *   R_j   = (4 x_j + a_j) / (4 + a_j + b_j)                       reach is the prior, work is the evidence
 *   conf  = (a_j + b_j) / (4 + a_j + b_j)
 *
 * Credibility cred_i is how far i's ratings agree with what others say of the same agents. What i says of j is
 * o = g / (g + 3 b); what all others together say of j, i's own left out, is q, of evidence E.
 *
 *   d     = |o - q| n / (n + 3),  n = g + 3 b                     few deeds set nobody far apart
 *   m     = cap(g + b) min(1, E)                                  0 where E is under 0.05
 *   ag_i  = (1 + sum_j m (1 - d)) / (1 + sum_j m)
 *   cred_i <- (cred_i + max(0, 2 ag_i - 1)^2) / 2                 in each of six passes but the last
 *
 * It begins at 0, and only the roots are believed at first: what agrees with them is believed next. Roots stay
 * at what they begin with, max(0, 2 ag - 1)^2 of the agreement with one another: there q is the median of what
 * the other roots say, where two of these do, d is |o - q| and m is cap(g + b).
 *
 * The cap and the sink are LipschiTrust's (Tournesol), the posterior is that of the beta reputation system
 * (Josang and Ismail, 2002); the quorum over roots answers what is known of EigenTrust's pre-trusted peers:
 * one bad one lifts whom it likes.
 *
 * Nothing but + - * / and comparisons on doubles, in an order that the input fixes: the same bits everywhere.
 */
import {
  AGREEMENT_BASE,
  BAD_WEIGHT,
  DAMPING,
  DOUBT,
  EVIDENCE_CAP,
  INDEPENDENT_MIN,
  PASSES,
  PRIOR,
  QUORUM_ROOTS,
  ROOT_SHARE,
  STEPS,
} from "./constants.ts";
import { capped, sharesOf, sumsOf, unitOf } from "./local-trust.ts";
import { rootCredibility } from "./root-credibility.ts";
import { startsOf } from "./starts.ts";

/** Who has rated whom: agents are numbered from 0 in the order of their ids. */
export interface Ratings {
  readonly agents: number;
  /** One entry for each ordered pair, sorted by `from`, then `to`; no pair twice, nobody rates itself. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Decayed counts of good and bad deeds, at least 0. */
  readonly good: Float64Array;
  readonly bad: Float64Array;
  /**
   * Good deeds that vouches are worth, for reach alone: were they evidence, one trusted member's word would
   * make any number of new names trusted.
   */
  readonly vouched?: Float64Array;
  /** By agent: bad deeds that nobody need say, such as leases that lapsed. */
  readonly proven: Float64Array;
  /** Sorted, none twice. */
  readonly roots: readonly number[];
}

/** By agent, each from 0 to 1. */
export interface TrustScores {
  /** How far the roots' trust reaches. */
  readonly reach: Float64Array;
  /** What flows from each root alone, in the order of the roots. */
  readonly byRoot: readonly Float64Array[];
  /** What each root lends directly to whom it trusts wholly. */
  readonly units: readonly number[];
  /** How far an agent's ratings agree with those of others. */
  readonly credibility: Float64Array;
  /** The score: how good its next work is expected to be. */
  readonly score: Float64Array;
  /** How much of the score is evidence rather than prior. */
  readonly confidence: Float64Array;
}

/** Linear in the pairs: 32 steps for each root, six times. */
export function quorumTrust(ratings: Ratings): TrustScores {
  return new Quorum(ratings).run();
}

class Quorum {
  readonly #ratings: Ratings;
  /** Pairs in the order of `to`, then `from`. */
  readonly #byTo: Int32Array;
  /** Their raters, as they are used: from one end of the pairs to the other at each step. */
  readonly #sources: Int32Array;
  /** By subject, where its pairs begin in that order. */
  readonly #starts: Int32Array;
  readonly #credit: Float64Array;
  readonly #share: Float64Array;
  /** By root, in their order. */
  readonly #units: readonly number[];
  readonly #credibility: Float64Array;
  readonly #byRoot: Float64Array[];
  readonly #rootCredibility: readonly number[];
  readonly #reach: Float64Array;
  readonly #good: Float64Array;
  readonly #bad: Float64Array;
  /** Of what all say of each, the most that one of them does. */
  readonly #mostGood: Float64Array;
  readonly #mostBad: Float64Array;

  constructor(ratings: Ratings) {
    this.#ratings = ratings;
    const { agents, roots } = ratings;
    this.#starts = startsOf(ratings.to, agents);
    this.#byTo = sortByTo(ratings, this.#starts);
    this.#sources = this.#byTo.map((pair) => ratings.from[pair]!);
    const sums = sumsOf(ratings);
    this.#share = sharesOf(ratings, sums);
    this.#units = roots.map((root) => unitOf(sums[root]!));
    this.#rootCredibility = rootCredibility(ratings);
    this.#credit = new Float64Array(ratings.from.length);
    this.#credibility = new Float64Array(agents);
    roots.forEach((root, at) => (this.#credibility[root] = this.#rootCredibility[at]!));
    this.#byRoot = roots.map(() => new Float64Array(agents));
    this.#reach = new Float64Array(agents);
    this.#good = new Float64Array(agents);
    this.#bad = new Float64Array(agents);
    this.#mostGood = new Float64Array(agents);
    this.#mostBad = new Float64Array(agents);
  }

  run(): TrustScores {
    const { agents } = this.#ratings;
    for (let pass = 1; ; pass += 1) {
      this.#spread();
      this.#weigh();
      if (pass === PASSES) break;
      this.#believe();
    }
    const score = new Float64Array(agents);
    const confidence = new Float64Array(agents);
    for (let j = 0; j < agents; j += 1) {
      const evidence = this.#good[j]! + this.#bad[j]!;
      score[j] = (PRIOR * this.#reach[j]! + this.#good[j]!) / (PRIOR + evidence);
      confidence[j] = evidence / (PRIOR + evidence);
    }
    const [reach, byRoot, credibility] = [this.#reach, this.#byRoot, this.#credibility];
    return { reach, byRoot, units: this.#units, credibility, score, confidence };
  }

  /** The flow from each root, and of each agent the one that the quorum takes. */
  #spread(): void {
    const { agents, roots } = this.#ratings;
    this.#byTo.forEach((pair, at) => {
      this.#credit[at] = DAMPING * this.#credibility[this.#sources[at]!]! * this.#share[pair]!;
    });
    roots.forEach((root, at) => {
      this.#byRoot[at] = this.#flow(root);
    });
    const rank = roots.length >= QUORUM_ROOTS ? 2 : 1;
    for (let j = 0; j < agents; j += 1) this.#reach[j] = Math.min(1, this.#largest(j, rank));
    // The mound's settings name them, with the signatures of as many of them as its threshold asks for.
    for (const root of roots) this.#reach[root] = 1;
  }

  #flow(root: number): Float64Array {
    const { agents } = this.#ratings;
    const [sources, starts] = [this.#sources, this.#starts];
    let now = new Float64Array(agents);
    let next = new Float64Array(agents);
    now[root] = ROOT_SHARE;
    for (let step = 0; step < STEPS; step += 1) {
      let pair = 0;
      for (let j = 0; j < agents; j += 1) {
        let sum = j === root ? ROOT_SHARE : 0;
        for (const end = starts[j + 1]!; pair < end; pair += 1)
          sum += this.#credit[pair]! * now[sources[pair]!]!;
        next[j] = sum < 1 ? sum : 1;
      }
      [now, next] = [next, now];
    }
    return now;
  }

  /** What raters say of each agent, by the weight of the raters. */
  #weigh(): void {
    const { from, to, good, bad, proven, roots } = this.#ratings;
    this.#good.fill(0);
    this.#bad.set(proven);
    const quorum = roots.length >= QUORUM_ROOTS;
    this.#mostGood.fill(0);
    this.#mostBad.fill(0);
    for (let pair = 0; pair < from.length; pair += 1) {
      const [i, j] = [from[pair]!, to[pair]!];
      const weight = this.#weightOf(i);
      const praise = weight * capped(good[pair]!);
      const blame = BAD_WEIGHT * weight * capped(bad[pair]!);
      this.#good[j]! += praise;
      this.#bad[j]! += blame;
      if (!quorum) continue;
      if (praise > this.#mostGood[j]!) this.#mostGood[j] = praise;
      if (blame > this.#mostBad[j]!) this.#mostBad[j] = blame;
    }
    for (let j = 0; j < this.#good.length; j += 1) {
      this.#good[j] = Math.max(0, this.#good[j]! - this.#mostGood[j]!);
      this.#bad[j] = Math.max(proven[j]!, this.#bad[j]! - this.#mostBad[j]!);
    }
  }

  /** How far each rater agrees with all others together. */
  #believe(): void {
    const { agents, from } = this.#ratings;
    let pair = 0;
    const next = new Float64Array(agents).fill(1);
    for (let i = 0; i < agents; i += 1) {
      let agreed = 1;
      let compared = 1;
      for (; pair < from.length && from[pair] === i; pair += 1) {
        const weight = this.#comparable(pair);
        if (weight === 0) continue;
        agreed += weight * (1 - this.#distance(pair));
        compared += weight;
      }
      const above = (agreed / compared - AGREEMENT_BASE) / (1 - AGREEMENT_BASE);
      next[i] = ((above > 0 ? above * above : 0) + this.#credibility[i]!) / 2;
    }
    this.#ratings.roots.forEach((root, at) => {
      next[root] = this.#rootCredibility[at]!;
    });
    this.#credibility.set(next);
  }

  /** How much a rating can be compared with those of others: 0 where they know too little. */
  #comparable(pair: number): number {
    const { good, bad } = this.#ratings;
    const independent = this.#others(pair).evidence;
    if (independent < INDEPENDENT_MIN) return 0;
    const deeds = Math.min(good[pair]! + bad[pair]!, EVIDENCE_CAP);
    return deeds * Math.min(1, independent);
  }

  /** Of an opinion that is drawn towards that of the others the more, the fewer deeds it rests on. */
  #distance(pair: number): number {
    const { good, bad } = this.#ratings;
    const own = good[pair]! + BAD_WEIGHT * bad[pair]!;
    const { praise, evidence } = this.#others(pair);
    return Math.abs(good[pair]! / own - praise / evidence) * (own / (own + DOUBT));
  }

  /** What is known of a rated agent without this rating. */
  #others(pair: number): { readonly praise: number; readonly evidence: number } {
    const { from, to, good, bad } = this.#ratings;
    const [j, weight] = [to[pair]!, this.#weightOf(from[pair]!)];
    const praised = weight * capped(good[pair]!);
    const blamed = BAD_WEIGHT * weight * capped(bad[pair]!);
    // Of whom it is the most, that is left out already.
    const praise = this.#good[j]! - (praised === this.#mostGood[j]! ? 0 : praised);
    const blame = this.#bad[j]! - (blamed === this.#mostBad[j]! ? 0 : blamed);
    return { praise: Math.max(0, praise), evidence: Math.max(0, praise) + Math.max(0, blame) };
  }

  /** The largest (`rank` 1) or second largest (2) of what the roots lend an agent, in what each lends at most. */
  #largest(agent: number, rank: 1 | 2): number {
    let first = 0;
    let second = 0;
    this.#byRoot.forEach((flows, at) => {
      const value = flows[agent]! / this.#units[at]!;
      if (value > first) [first, second] = [value, first];
      else if (value > second) second = value;
    });
    return rank === 1 ? first : second;
  }

  #weightOf(agent: number): number {
    return this.#reach[agent]! * this.#credibility[agent]!;
  }
}

/** The pairs by `to`; those of one `to` stay in the order of `from`. */
function sortByTo({ to }: Ratings, starts: Int32Array): Int32Array {
  const places = starts.slice();
  const order = new Int32Array(to.length);
  for (let pair = 0; pair < to.length; pair += 1) {
    const target = to[pair]!;
    order[places[target]!] = pair;
    places[target]! += 1;
  }
  return order;
}
