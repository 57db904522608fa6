import type { Random } from "../app/ports.ts";
import { prng } from "../base/prng.ts";

/** Two to the 32nd: one more than the largest number that the generator gives. */
const RANGE = 0x1_0000_0000;

/** The same bytes and fractions for the same seed, on every machine. */
export function seededRandom(seed: number): Random {
  const next = prng(seed);
  return {
    bytes: (count) => Uint8Array.from({ length: count }, () => next() >>> 24),
    fraction: () => next() / RANGE,
  };
}
