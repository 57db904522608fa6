/**
 * Time as trust counts it: deeds are added up by week of log time, and what is read of them is a tenth less
 * for each week that has passed. So nobody writes down what has faded, and counters of different weeks can
 * be added in any order.
 */

/** Milliseconds. */
export const EPOCH_MS = 7 * 24 * 3_600_000;

/** Older deeds have no say: 0.9 to the 26th is 6 %. */
export const EPOCHS_KEPT = 26;

/** Of 2^30, what is left after so many weeks: the powers of 0.9, rounded, for no machine computes them alike. */
const LEFT = [
  1_073_741_824, 966_367_642, 869_730_877, 782_757_790, 704_482_011, 634_033_810, 570_630_429,
  513_567_386, 462_210_647, 415_989_583, 374_390_624, 336_951_562, 303_256_406, 272_930_765,
  245_637_689, 221_073_920, 198_966_528, 179_069_875, 161_162_887, 145_046_599, 130_541_939,
  117_487_745, 105_738_970, 95_165_073, 85_648_566, 77_083_709,
] as const;

/** Weeks since 1970. `time`: log time in milliseconds. */
export function epochOf(time: number): number {
  return Math.floor(time / EPOCH_MS);
}

/** What is left of a deed of that epoch, from 0 to 1. */
export function leftOf(epoch: number, now: number): number {
  const age = Math.max(0, epochOf(now) - epoch);
  return age < EPOCHS_KEPT ? LEFT[age]! / LEFT[0] : 0;
}
