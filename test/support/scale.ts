/**
 * How many runs a property gets: `small` by default, multiplied by MOUND_TEST_SCALE. The seed is
 * random unless MOUND_TEST_SEED names one, and a failing property prints the seed it had.
 */
export function runs(small: number): { readonly numRuns: number; readonly seed?: number } {
  const scale = Number(process.env["MOUND_TEST_SCALE"] ?? 1);
  const seed = process.env["MOUND_TEST_SEED"];
  const numRuns = Math.max(1, Math.round(small * scale));
  return seed === undefined ? { numRuns } : { numRuns, seed: Number(seed) };
}

/** How many runs a property gets that shows much in few: `small` by default, else as if it had `full`. */
export function runsUpTo(small: number, full: number): ReturnType<typeof runs> {
  return runs(Number(process.env["MOUND_TEST_SCALE"] ?? 1) > 1 ? full : small);
}

/** A size: `small` by default, and with MOUND_TEST_SCALE as many times that, up to `full`. */
export function scaled(small: number, full: number): number {
  return Math.min(
    full,
    Math.round(small * Math.max(1, Number(process.env["MOUND_TEST_SCALE"] ?? 1))),
  );
}
