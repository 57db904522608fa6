/**
 * How a signal fades: by half in each half-life, like the digital pheromones of Parunak, Brueckner and
 * Sauter (2002). Computed by whoever reads, at log time, and never written down. Machines must agree to the
 * last bit, so there is no `Math.pow`: three of the powers below have other last bits in V8 than in C.
 */
import { GONE, STRENGTH_MAX } from "../limits.ts";
import type { SignalKind, SignalState } from "../signal-state.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Milliseconds: how long a deposit takes to lose half of itself, where it does not say. */
export const HALF_LIVES: Readonly<Record<SignalKind, number>> = {
  /** Somebody is at it: true for about three times the half minute that others take to see a claim. */
  heat: 90_000,
  /** Somebody waits for it: as long as half a working day, by the end of which it is said again. */
  need: 6 * HOUR,
  /** Somebody could not go on: until the next day, when another has looked. */
  stuck: 12 * HOUR,
  /** Somebody was here: yesterday's way is still worth knowing. */
  trail: 24 * HOUR,
  /** Take care: a trap stays a trap until somebody mends it, which takes a week. */
  warn: 7 * 24 * HOUR,
};

/** After so many halvings nothing is left of the strongest. */
const HALVINGS_MAX = 8;

/** Of 2^30, what is left after each sixteenth of a half-life: 2^(30 - n/16). In between it falls straight. */
const LEFT = [
  1_073_741_824, 1_028_218_693, 984_625_594, 942_880_699, 902_905_651, 864_625_413, 827_968_132,
  792_865_000, 759_250_125, 727_060_411, 696_235_434, 666_717_336, 638_450_708, 611_382_493,
  585_461_881, 560_640_218, 536_870_912,
] as const;
const STEPS = LEFT.length - 1;

/**
 * What is left of a signal at log time `now` (milliseconds), from 0 to 10. Exactly half after a
 * half-life, never more than before, at most 0.03 % off the curve in between; 0 below a tenth. At a
 * time before the deposit nothing has faded yet.
 */
export function strengthAt({ strength, halfLife, at }: SignalState, now: number): number {
  const age = Math.max(0, now - at);
  const halvings = Math.floor(age / halfLife);
  if (halvings >= HALVINGS_MAX) return 0;
  const place = ((age - halvings * halfLife) / halfLife) * STEPS;
  const step = Math.floor(place);
  const from = LEFT[step]!;
  let left = strength * ((from - (from - LEFT[step + 1]!) * (place - step)) / LEFT[0]);
  for (let halving = 0; halving < halvings; halving++) left /= 2;
  return left < GONE ? 0 : left;
}

/** Milliseconds of log time: the first moment at which nothing is left. */
export function goneAt(signal: SignalState): number {
  let still = signal.at - 1;
  let gone = signal.at + HALVINGS_MAX * signal.halfLife;
  while (gone - still > 1) {
    const middle = Math.floor((still + gone) / 2);
    if (strengthAt(signal, middle) > 0) still = middle;
    else gone = middle;
  }
  return gone;
}

/**
 * [SG3] What an agent's deposit of `added` makes of its former one on the same topic: what is left of
 * that is added to, if it was of the same kind. In thousandths, at most ten.
 */
export function depositOn(
  former: SignalState | undefined,
  { kind, added, now }: { readonly kind: SignalKind; readonly added: number; readonly now: number },
): number {
  if (added === 0) return 0;
  const left = former?.kind === kind ? strengthAt(former, now) : 0;
  return Math.min(STRENGTH_MAX, Math.floor((added + left) * 1_000) / 1_000);
}
