import type { Tallies } from "./tallies.ts";

/** The share of the pre-trusted in each step; what is published varies, 0.1 is common. */
const RESTART = 0.1;
/** "Fewer than ten" steps suffice for a thousand peers by the paper's own figure. */
const STEPS = 20;

/**
 * EigenTrust (Kamvar, Schlosser and Garcia-Molina, WWW 2003): t = (1 - a) C^T t + a p, where c_ij is
 * max(satisfactory - unsatisfactory, 0), normalised by row; a peer without opinions trusts the pre-trusted.
 */
export function eigenTrust(tallies: Tallies, preTrusted: readonly number[]): Float64Array {
  const { peers, good, bad } = tallies;
  const start = new Float64Array(peers);
  for (const peer of preTrusted) start[peer] = 1 / preTrusted.length;
  const rows = new Float64Array(peers);
  const local = good.map((count, at) => Math.max(0, count - bad[at]!));
  local.forEach((trust, at) => (rows[Math.floor(at / peers)]! += trust));
  let trust = start.slice();
  for (let step = 0; step < STEPS; step += 1) {
    const next = start.map((share) => RESTART * share);
    for (let i = 0; i < peers; i += 1) {
      const held = (1 - RESTART) * trust[i]!;
      if (held === 0) continue;
      if (rows[i] === 0) {
        for (const peer of preTrusted) next[peer]! += held / preTrusted.length;
        continue;
      }
      const part = held / rows[i]!;
      for (let j = 0, at = i * peers; j < peers; j += 1, at += 1) next[j]! += part * local[at]!;
    }
    trust = next;
  }
  return trust;
}
