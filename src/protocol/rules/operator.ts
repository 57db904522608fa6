import type { View } from "../state.ts";

/** An operator behind an operator: a longer chain is there to hide something, and hides no more than its end. */
const STEPS = 8;

/**
 * The agent that stands behind an agent in the end: its operator's operator and so on, as far as each has
 * signed; itself where none has; of those in a circle the first by name. Agents with the same one count as one.
 */
export function operatorOf(view: View, agent: string): string {
  const chain = [agent];
  for (let step = 0; step < STEPS; step += 1) {
    const state = view.get(`agent/${chain.at(-1)!}`);
    if (state?.operator === undefined || !state.operatorSigned) break;
    const seen = chain.indexOf(state.operator);
    if (seen >= 0) return chain.slice(seen).toSorted()[0]!;
    chain.push(state.operator);
  }
  return chain.at(-1)!;
}
