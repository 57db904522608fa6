import type { AgentId } from "../ids.ts";
import { depositWeight } from "../rules/deposit-weight.ts";
import { goneAt, strengthAt } from "../rules/evaporation.ts";
import type { SignalKind, SignalState } from "../signal-state.ts";
import type { View } from "../state.ts";

/** A signal of which something is left. */
export interface StandingSignal {
  readonly topic: string;
  readonly agent: AgentId;
  readonly mark: SignalKind;
  /** What is left, from above 0 to 10. */
  readonly left: number;
  /** What there was at `since`, and how long it takes to fade by half, in milliseconds. */
  readonly strength: number;
  readonly halfLife: number;
  /** Milliseconds of log time: when it was last added to, and when nothing will be left. */
  readonly since: number;
  readonly gone: number;
  readonly note: string | undefined;
}

/** What is left at log time `now` on a topic and all whose names go on with a slash; the strongest first. */
export function standingSignals(view: View, now: number, topic = ""): readonly StandingSignal[] {
  const keys = topic === "" ? view.keys("signal/") : topicKeys(view, topic);
  const standing: StandingSignal[] = [];
  for (const key of keys) {
    const about = key.slice("signal/".length);
    for (const [agent, signal] of Object.entries(view.get(`signal/${about}`) ?? {})) {
      const left = strengthAt(signal, now) * depositWeight(view, agent);
      if (left > 0) standing.push(told(about, agent as AgentId, signal, left));
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

function told(topic: string, agent: AgentId, signal: SignalState, left: number): StandingSignal {
  const { kind: mark, strength, halfLife, at: since, note } = signal;
  return { topic, agent, mark, left, strength, halfLife, since, gone: goneAt(signal), note };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
