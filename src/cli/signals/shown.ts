import type { StandingSignal } from "../../protocol/views/standing-signals.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import { sanitiseLine } from "../sanitise.ts";

/** Of all that are left, the status tells these: the strongest. */
export const SIGNALS_SHOWN = 3;

/** A signal in JSON: times are RFC 3339, absent things are null. */
export function signalJson(signal: StandingSignal) {
  const { topic, agent, mark, left, strength, since, halfLife, gone, note } = signal;
  return {
    topic,
    agent,
    mark,
    left,
    strength,
    since: formatInstant(since),
    half_life: formatDuration(halfLife),
    gone: formatInstant(gone),
    note: note ?? null,
  };
}

/** A signal on one line: `need 4.2  task/k3f9qz7-fix-login  by ant-3 since ... until ...  a note`. */
export function signalLine({ topic, ...signal }: StandingSignal): string {
  return `${sanitiseLine(topic)}  ${depositText(signal)}`;
}

/** The same without what it is about. */
export function depositText({
  agent,
  mark,
  left,
  since,
  gone,
  note,
}: Omit<StandingSignal, "topic">): string {
  const words = `${mark} ${left.toFixed(1)} by ${agent} since ${seconds(since)}, gone at ${seconds(gone)}`;
  return note === undefined ? words : `${words}  ${sanitiseLine(note)}`;
}

function seconds(time: number): string {
  return `${formatInstant(time).slice(0, 19)}Z`;
}
