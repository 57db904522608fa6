/** What trust costs: all scores from a state that is whole in memory, and one deed more. */
import { ShardedState } from "../../src/app/sharded-state.ts";
import { prng } from "../../src/base/prng.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import { rate } from "../../src/protocol/rules/trust/evidence.ts";
import { computeTrust } from "../../src/protocol/rules/trust/table.ts";
import { type Key, Overlay, type Value } from "../../src/protocol/state.ts";
import type { Ratings } from "../../src/protocol/trust-state.ts";
import { DAWN, Trusting, WEEK } from "../support/trusting.ts";

const ROOTS = 5;
const EPOCHS = 4;

export interface TrustCost {
  /** Milliseconds of processor time for all scores, computed anew each time. */
  readonly all: readonly number[];
  /** Milliseconds of processor time to count one deed of the agent of whom most is said. */
  readonly deed: readonly number[];
  readonly pairs: number;
}

/** `pairs`: about so many; the first agent is rated by all others. */
export function measureTrust(agents: number, pairs: number, runs: number): TrustCost {
  const state = stateOf(agents, pairs);
  const now = DAWN + EPOCHS * WEEK;
  let counted = 0;
  const all = times(runs, () => {
    counted = computeTrust(state, now).ratings.from.length;
  });
  const raters = Array.from({ length: 50 }, (_, at) => nameOf(1 + (at % (agents - 1))));
  const deed = raters.map((rater) => {
    const [ms] = times(1, () => {
      rate(new Overlay(state), rater, nameOf(0), ["go"], { good: 4, bad: 0 }, now);
    });
    return ms!;
  });
  return { all, deed, pairs: counted };
}

function times(runs: number, what: () => void): readonly number[] {
  return Array.from({ length: runs }, () => {
    const from = process.cpuUsage();
    what();
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1_000;
  });
}

/** Agents that rate each other at random, for some weeks, at work of all kinds; all of them rate the first. */
function stateOf(agents: number, pairs: number): ShardedState {
  const random = prng(20261121);
  const names = Array.from({ length: agents }, (_, at) => nameOf(at));
  const founded = new Trusting(names.slice(0, ROOTS)).members(...names);
  const entries = new Map<Key, Value>(founded.state.entries());
  const each = Math.ceil((pairs - agents) / (agents - 1));
  names.forEach((name, subject) => {
    const evidence: Record<string, Ratings> = {};
    const raters = subject === 0 ? names.slice(1) : draw(random, names, each, name);
    for (const rater of raters) {
      const numbers = Array.from({ length: EPOCHS }, (_, week) => [
        DAWN / WEEK + week,
        random() % 9,
        random() % 5 === 0 ? 2 : 0,
      ]).flat();
      evidence[rater] = { "*": numbers, go: numbers };
    }
    entries.set(`evidence/${name}`, evidence);
  });
  const whole = new ShardedState(undefined);
  whole.apply(entries);
  return whole;
}

function draw(
  random: () => number,
  names: readonly AgentId[],
  count: number,
  but: AgentId,
): ReadonlySet<AgentId> {
  const drawn = new Set<AgentId>();
  while (drawn.size < count) {
    const name = names[random() % names.length]!;
    if (name !== but) drawn.add(name);
  }
  return drawn;
}

function nameOf(number: number): AgentId {
  return `ant-${number}` as AgentId;
}
