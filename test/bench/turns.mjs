import { join } from "node:path";
import { naive } from "./naive.mjs";
import { median } from "./numbers.mjs";

const NAIVE_TASKS = 400;

/**
 * Baseline and row in turns, so that a machine that grows slower meanwhile slows both. The samples
 * are claims a second; the ratio is that of the medians.
 */
export async function inTurns(context, rounds, baseline, measure) {
  const samples = { baseline: [], measured: [] };
  const details = [];
  for (let round = 1; round <= rounds; round += 1) {
    context.tell(`round ${round} of ${rounds}: the baseline`);
    samples.baseline.push((await baseline(round)).perSecond);
    context.tell(`round ${round} of ${rounds}: the line`);
    const { perSecond, ...detail } = await measure(round);
    samples.measured.push(perSecond);
    details.push(detail);
  }
  const value = median(samples.measured) / median(samples.baseline);
  return { value, unit: "× the naive baseline", samples, details };
}

/** The baseline of each round, in a folder of its own; `reach` as `naive` takes it. */
export function naiveOf(context, agents, seconds, reach) {
  return (round) =>
    naive({
      dir: join(context.dir, `naive-${round}`),
      agents,
      tasks: NAIVE_TASKS,
      seconds,
      ...(reach === undefined ? {} : { reach }),
    });
}
