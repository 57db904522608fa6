/** Where two members see trust differently on one state, and why. */
import type { AgentId } from "../ids.ts";
import type { View } from "../state.ts";
import {
  readTrust,
  rootsOf,
  trustOfOne,
  type Experience,
  type Trusted,
  type TrustReading,
} from "./trust.ts";

export interface TrustSight extends Trusted {
  /** What this one knows at first hand, in faded deeds. */
  readonly own: Experience | undefined;
}

export interface TrustDiff {
  /** By whose trust each measures: the roots of the mound, and itself. */
  readonly roots: readonly [readonly AgentId[], readonly AgentId[]];
  /** The agents that they trust differently, the largest difference first. */
  readonly differences: readonly (readonly [TrustSight, TrustSight])[];
  /** How many members there are. */
  readonly agents: number;
}

export function trustDiff(view: View, a: AgentId, b: AgentId, skill?: string): TrustDiff {
  const asked = skill === undefined ? {} : { skill };
  const one = readTrust(view, { ...asked, from: a });
  const other = readTrust(view, { ...asked, from: b });
  const see = (reading: TrustReading, agent: AgentId): TrustSight => ({
    ...trustOfOne(reading, agent),
    own: reading.own.get(agent),
  });
  const differences = one.table.agents
    .map((agent) => [see(one, agent), see(other, agent)] as const)
    .filter(([x, y]) => x.score !== y.score || x.confidence !== y.confidence)
    .toSorted(
      ([x, y], [v, w]) =>
        Math.abs(v.score - w.score) - Math.abs(x.score - y.score) || (x.agent < v.agent ? -1 : 1),
    );
  return {
    roots: [rootsOf(one), rootsOf(other)],
    differences,
    agents: one.table.agents.length,
  };
}
