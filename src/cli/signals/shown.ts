import type { StandingSignal } from "../../protocol/views/standing-signals.ts";
import { goneAt } from "../../protocol/rules/evaporation.ts";
import { formatShare, WHOLE_SHARE } from "../../protocol/share.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import { sanitiseLine } from "../sanitise.ts";

/** Of all that are left, the status tells these: the strongest. */
export const SIGNALS_SHOWN = 3;

/** A signal in JSON: times are RFC 3339, absent things are null. */
export function signalJson({ topic, agent, signal, left, weight }: StandingSignal) {
  const { kind, strength, at, halfLife, note } = signal;
  return {
    topic,
    agent,
    mark: kind,
    left,
    weight,
    strength,
    since: formatInstant(at),
    half_life: formatDuration(halfLife),
    gone: formatInstant(goneAt(signal)),
    note: note ?? null,
  };
}

/** A signal on one line: `task/k3f9qz7-fix-login  need 4.2 by ant-3 since ..., gone at ...  a note`. */
export function signalLine(standing: StandingSignal): string {
  return `${sanitiseLine(standing.topic)}  ${depositText(standing)}`;
}

/** The same without what it is about. */
export function depositText({ agent, signal, left, weight }: StandingSignal): string {
  const { kind, at, note } = signal;
  const weighs = weight === 1 ? "" : ` (weighs ${formatShare(Math.round(weight * WHOLE_SHARE))})`;
  const words = `${kind} ${left.toFixed(1)} by ${agent}${weighs} since ${seconds(at)}, gone at ${seconds(goneAt(signal))}`;
  return note === undefined ? words : `${words}  ${sanitiseLine(note)}`;
}

function seconds(time: number): string {
  return `${formatInstant(time).slice(0, 19)}Z`;
}
