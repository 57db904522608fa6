import type { AgentId } from "../ids.ts";
import { depositWeights } from "../rules/deposit-weight.ts";
import { strengthAt } from "../rules/evaporation.ts";
import type { SignalState } from "../signal-state.ts";
import type { View } from "../state.ts";
import { recentTrust } from "./recent-trust.ts";

/** A signal of which something is left. */
export interface StandingSignal {
  readonly topic: string;
  readonly agent: AgentId;
  /** As it was deposited. */
  readonly signal: SignalState;
  /** What is left, from above 0 to 10. */
  readonly left: number;
  /** What of that counts, from 0 to 1, by how far its author is trusted; see rules/deposit-weight.ts. */
  readonly weight: number;
}

/** What is left at log time `now` on a topic and all whose names go on with a slash; what weighs most first. */
export function standingSignals(view: View, now: number, topic = ""): readonly StandingSignal[] {
  const keys = topic === "" ? view.keys("signal/") : topicKeys(view, topic);
  const standing: StandingSignal[] = [];
  for (const key of keys) {
    const about = key.slice("signal/".length);
    standing.push(...standingOn(view, now, about));
  }
  return standing.toSorted(
    (a, b) =>
      b.left * b.weight - a.left * a.weight ||
      b.left - a.left ||
      order(a.topic, b.topic) ||
      order(a.agent, b.agent),
  );
}

function standingOn(view: View, now: number, topic: string): readonly StandingSignal[] {
  const deposits = Object.entries(view.get(`signal/${topic}`) ?? {})
    .map(([name, signal]) => {
      const agent = name as AgentId;
      return { topic, agent, signal, kind: signal.kind, left: strengthAt(signal, now) };
    })
    .filter(({ agent, left }) => left > 0 && view.get(`agent/${agent}`)?.status !== "revoked")
    .toSorted((a, b) => order(a.agent, b.agent));
  if (deposits.length === 0) return [];
  const weights = depositWeights(view, deposits, (agent) => recentTrust(view, now).voice(agent));
  return deposits.map(({ kind: _kind, ...deposit }, at) => ({ ...deposit, weight: weights[at]! }));
}

function topicKeys(view: View, topic: string): readonly string[] {
  const below = view.keys(`signal/${topic}`).filter((key) => key.startsWith(`signal/${topic}/`));
  return [`signal/${topic}`, ...below];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
