import { prng } from "../base/prng.ts";

/** Uniform in [0, 1), the same on every machine for the same seed. */
export function seededFraction(seed: number): () => number {
  const next = prng(seed);
  return () => next() / 0x1_0000_0000;
}

/** The numbers from 0 to `count - 1` in random order (Fisher and Yates). */
export function shuffle(count: number, fraction: () => number): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const at = Math.floor(fraction() * (last + 1));
    [order[at], order[last]] = [order[last]!, order[at]!];
  }
  return order;
}
