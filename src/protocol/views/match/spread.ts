/**
 * How sharply a choice goes by the weights. With exponent γ a task is drawn with probability
 * p ∝ own · stimulus^γ, and of λ claims a second that stay unseen for L seconds one hits the same task
 * with probability 1 − exp(−λ·L·Σp²) (measured in simulation; see notes on stampedes).
 */

/**
 * The first takes what is best, but for ties; the others are tried in turn. Powers by multiplication
 * and roots, which are exact to the last bit everywhere.
 */
export const SHARPNESS: readonly number[] = [16, 2, 1, 0.5, 0.25, 0];
/** So many claims of a hundred may be lost to somebody who drew the same. */
const COLLISIONS_MAX = 0.05;

/** stimulus^γ for the exponent at a place of `SHARPNESS`. */
export function sharpened(stimulus: number, step: number): number {
  switch (step) {
    case 0: {
      const two = stimulus * stimulus;
      const four = two * two;
      const eight = four * four;
      return eight * eight;
    }
    case 1:
      return stimulus * stimulus;
    case 2:
      return stimulus;
    case 3:
      return Math.sqrt(stimulus);
    case 4:
      return Math.sqrt(Math.sqrt(stimulus));
    default:
      return 1;
  }
}

export interface Contention {
  /** λ·L: claims by others that are not seen yet. */
  readonly unseen: number;
  /** Other agents that have nothing to do, and may be choosing at this moment. */
  readonly others: number;
  readonly losses: number;
}

/**
 * The largest sharpness at which claims hardly collide, as a place in `SHARPNESS`; one less for each race
 * that was lost. To take the best without a draw, nobody else must be about to take it: there those who
 * are idle count too, all but a few, not those alone who have been seen to claim.
 */
export function sharpnessFor(
  weights: { readonly count: number; readonly own: Float64Array; readonly stimuli: Float64Array },
  { unseen, others, losses }: Contention,
): number {
  const last = SHARPNESS.length - 1;
  for (let step = Math.min(losses, last); step < last; step += 1) {
    const rivals = step === 0 ? unseen + others : unseen;
    if (rivals <= COLLISIONS_MAX) return step;
    if (rivals * concentration(weights, step) <= COLLISIONS_MAX) return step;
  }
  return last;
}

/** Σp²: the chance that two draws hit the same task. */
function concentration(
  {
    count,
    own,
    stimuli,
  }: { readonly count: number; readonly own: Float64Array; readonly stimuli: Float64Array },
  step: number,
): number {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < count; at += 1) {
    const weight = own[at]! * sharpened(stimuli[at]!, step);
    sum += weight;
    squares += weight * weight;
  }
  return squares / (sum * sum);
}
