import type { AgentId } from "../ids.ts";
import type { View } from "../state.ts";

/**
 * How soon after one checkpoint the next is due, at the latest, even where nothing happens: so that a
 * day of silence at the origin says something. In milliseconds.
 */
export const CHECKPOINT_PROMISE_MS = 24 * 3_600_000;
/**
 * What is late by less is called late by nobody: the machine that signs may restart, wait for a budget
 * of pushes, or leave it to another.
 */
const STALE_AFTER_MS = 2 * 3_600_000;

export interface Staleness {
  /** Who promised a checkpoint, and by when (milliseconds). */
  readonly by: AgentId;
  readonly due: number;
  /** Log time of the newest commit here. */
  readonly newest: number;
}

/**
 * Whether this view may be an old one: a checkpoint was promised, none has come, and nothing else has
 * for as long. An origin that withholds commits looks so, and so does one that nobody signs for any
 * more. `now`: the reader's clock. A mound for which nobody promises is never called stale.
 */
export function staleness(view: View, now: number): Staleness | undefined {
  const signed = view.get("checkpoint");
  const newest = view.get("line")?.time ?? 0;
  const due = signed?.until;
  if (signed === undefined || due === undefined) return undefined;
  const limit = Math.max(due, newest + CHECKPOINT_PROMISE_MS) + STALE_AFTER_MS;
  return now <= limit ? undefined : { by: signed.agent, due, newest };
}
