/**
 * Who gets a task: the order of its bids, computed by everyone from the log. Whole numbers only; the formula is that of SPEC.md,
 * section AU. What a stake counts grows as its root and ends at a cap, so that credits alone do not own
 * everything; an ETA far below those of others helps no more than half of theirs.
 */
import type { AgentId } from "../ids.ts";
import type { BidState } from "../trust-state.ts";
import { digestOf } from "./auction.ts";

/** A bid that may count. */
export interface Contender {
  readonly agent: AgentId;
  readonly operator: string;
  readonly stake: number;
  /** Milliseconds. */
  readonly eta: number;
  /** Both in thousandths. */
  readonly trust: { readonly score: number; readonly confidence: number };
}

export interface Weighed extends Contender {
  readonly score: number;
}

/** So many times the bond, and no more, counts of a stake. */
const STAKE_CAP = 16;
/** Milliseconds: nobody plans in less. */
const ETA_LEAST_MS = 60_000;
/** What is left where nothing is known of a bidder, and what full trust adds. */
const TRUST_BASE = 100;
const TRUST_RANGE = 900;
/** Keeps digits in whole numbers. */
const MILLION = 1_000_000n;
/** A winner and those who stand by. */
export const PLACES = 3;

/** Each contender with its weight, in the same order. */
export function weigh(contenders: readonly Contender[], bond: number): readonly Weighed[] {
  const least = etaFloor(contenders);
  return contenders.map((one) => {
    const { score, confidence } = one.trust;
    const known = BigInt(score) * BigInt(confidence) * BigInt(TRUST_RANGE);
    const trust = BigInt(TRUST_BASE) + known / MILLION;
    const stake = squareRoot(BigInt(Math.min(one.stake, STAKE_CAP * bond)) * MILLION);
    const weight = (MILLION * trust * trust * stake) / BigInt(Math.max(one.eta, least));
    return { ...one, score: Number(weight) };
  });
}

/** Of each operator the best, of equals the first by name; in order of name. */
export function bestOfEach(weighed: readonly Weighed[]): readonly Weighed[] {
  const best = new Map<string, Weighed>();
  for (const one of weighed.toSorted(byName)) {
    const other = best.get(one.operator);
    if (other === undefined || one.score > other.score) best.set(one.operator, one);
  }
  return [...best.values()].toSorted(byName);
}

/** The winner and who stands by, out of the bids that count. `seed`: see `seedOf`. */
export function placesOf(counted: readonly Weighed[], seed: string): readonly Weighed[] {
  const left = counted.toSorted(byName);
  const order: Weighed[] = [];
  while (order.length < PLACES && left.length > 0) {
    const best = Math.max(...left.map(({ score }) => score));
    const tied = left.filter(({ score }) => 20n * BigInt(score) >= 19n * BigInt(best));
    const winner = draw(tied, digestOf([`${seed} ${order.length}`]));
    order.push(winner);
    left.splice(left.indexOf(winner), 1);
  }
  return order;
}

/** What ties are drawn from: a word of each who revealed, so that nobody chose it. */
export function seedOf(mound: string, task: string, bids: readonly BidState[]): string {
  const salts = bids
    .filter(({ salt }) => salt !== undefined)
    .toSorted(byName)
    .map(({ agent, salt }) => `${agent} ${salt}`);
  return digestOf(["mound-award", mound, task, ...salts]);
}

function byName(a: { readonly agent: string }, b: { readonly agent: string }): number {
  return a.agent < b.agent ? -1 : 1;
}

function etaFloor(contenders: readonly Contender[]): number {
  const shortest = new Map<string, number>();
  for (const { operator, eta } of contenders)
    shortest.set(operator, Math.min(eta, shortest.get(operator) ?? eta));
  const etas = [...shortest.values()].toSorted((a, b) => a - b);
  const median = etas[Math.floor(etas.length / 2)] ?? 0;
  return Math.max(ETA_LEAST_MS, Math.floor(median / 2));
}

/** One of these, by a number in hexadecimal, as likely as it weighs. */
function draw(tied: readonly Weighed[], number: string): Weighed {
  const sum = tied.reduce((total, { score }) => total + BigInt(score), 0n);
  let rest = BigInt(`0x${number}`) % sum;
  for (const one of tied) {
    if (rest < BigInt(one.score)) return one;
    rest -= BigInt(one.score);
  }
  throw new Error("assertion failed: a number below the sum falls on one of them");
}

/** The largest whole number whose square is not larger: Newton's method from above. */
function squareRoot(of: bigint): bigint {
  if (of < 2n) return of;
  let root = of;
  let next = (of + 1n) / 2n;
  while (next < root) {
    root = next;
    next = (root + of / root) / 2n;
  }
  return root;
}
