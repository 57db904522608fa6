/** Exit codes, as `mound help exit-codes` lists them. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  missing: 3,
  refused: 4,
  lost: 5,
  finding: 6,
  unreachable: 7,
  unknown: 8,
  fenced: 9,
} as const;
