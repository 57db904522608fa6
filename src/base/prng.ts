/** A stream of unsigned 32-bit integers, the same on every machine for the same seed. */
export type Prng = () => number;

/** Rounds thrown away first, so that near seeds give streams that have nothing in common. */
const WARM_UP = 15;

/**
 * Chris Doty-Humphrey's `sfc32` ("small fast counting", from PractRand): 128 bits of state, a period
 * of at least 2^32, integer operations only. Not for secrets.
 *
 * @param seed any safe integer; its low 64 bits (two's complement) seed the state.
 */
export function prng(seed: number): Prng {
  let a = seed | 0;
  let b = Math.floor(seed / 0x1_0000_0000) | 0;
  let c = 0;
  let counter = 1;
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + out) | 0;
    return out >>> 0;
  };
  for (let round = 0; round < WARM_UP; round += 1) next();
  return next;
}
