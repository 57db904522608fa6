import type { AgentId } from "../ids.ts";
import { depositWeight } from "../rules/deposit-weight.ts";
import { strengthAt } from "../rules/evaporation.ts";
import type { SignalState } from "../signal-state.ts";
import type { View } from "../state.ts";

/** A signal of which something is left. */
export interface StandingSignal {
  readonly topic: string;
  readonly agent: AgentId;
  /** As it was deposited. */
  readonly signal: SignalState;
  /** What is left, from above 0 to 10. */
  readonly left: number;
}

/** What is left at log time `now` on a topic and all whose names go on with a slash; the strongest first. */
export function standingSignals(view: View, now: number, topic = ""): readonly StandingSignal[] {
  const keys = topic === "" ? view.keys("signal/") : topicKeys(view, topic);
  const standing: StandingSignal[] = [];
  for (const key of keys) {
    const about = key.slice("signal/".length);
    for (const [agent, signal] of Object.entries(view.get(`signal/${about}`) ?? {})) {
      const left = strengthAt(signal, now) * depositWeight(view, agent);
      if (left > 0) standing.push({ topic: about, agent: agent as AgentId, signal, left });
    }
  }
  return standing.toSorted(
    (a, b) => b.left - a.left || order(a.topic, b.topic) || order(a.agent, b.agent),
  );
}

function topicKeys(view: View, topic: string): readonly string[] {
  const below = view.keys(`signal/${topic}`).filter((key) => key.startsWith(`signal/${topic}/`));
  return [`signal/${topic}`, ...below];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
