/** The draws of a choice: hashes and their logarithms, the same on every machine. */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Of 32 bits. */
const RANGE = 0x1_0000_0000;

/**
 * FNV-1a with the finaliser of MurmurHash3, 32 bits: nobody is to be convinced of a draw, and SHA-256
 * took most of the time of a choice among 1,500 tasks.
 */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = FNV_OFFSET;
  for (const part of parts) hash = absorb(Math.imul(hash ^ 0x1f, FNV_PRIME), String(part));
  return hash;
}

/** Of a task's id the random head alone: no two on the line share it, and slugs are long. */
const HEAD_LENGTH = 7;

/** The hash of a task by its id, which begins at `from` in `text`, and its last token. */
export function hashOf(text: string, from: number, token: number): number {
  const hash = absorb(FNV_OFFSET, text, from, from + HEAD_LENGTH);
  return Math.imul(hash ^ token, FNV_PRIME);
}

/** A draw for a task by its hash: from 1 to 2³²−1. */
export function drawFor(seed: number, hash: number): number {
  return finish(Math.imul(seed ^ hash, FNV_PRIME));
}

/** A draw for a small whole number: from 1 to 2³²−1. */
export function drawAt(seed: number, index: number): number {
  return finish(Math.imul(seed ^ index, FNV_PRIME));
}

/** From 0 to 1, both excluded. */
export function fractionOf(draw: number): number {
  return draw / RANGE;
}

/**
 * −ln(draw / 2³²), to seven digits: an exponential variate of rate 1. By the area tangens hyperbolicus
 * of the part below a power of two, for libraries of mathematics differ in their last digits.
 */
export function exponentialOf(draw: number): number {
  const zeros = Math.clz32(draw);
  const part = ((draw << zeros) >>> 0) / RANGE;
  const z = (1 - part) / (1 + part);
  const square = z * z;
  const rest = 1 / 5 + square * (1 / 7 + square * (1 / 9 + square / 11));
  const series = 1 + square * (1 / 3 + square * rest);
  return zeros * Math.LN2 + 2 * z * series;
}

function absorb(seed: number, text: string, from = 0, to = text.length): number {
  let hash = seed;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
}

function finish(seed: number): number {
  let hash = seed;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}
