import { matchesEvent, type MoundEvent } from "../../protocol/views/event.ts";
import { type Condition, meets } from "./condition.ts";

/** What the user wants done when something happens. */
export interface Reaction {
  /** Unique in its file: what it is known by on disk, so that it may be changed while it has work. */
  readonly name: string;
  /** Event patterns, of which one must match. */
  readonly on: readonly string[];
  /** All of them must hold. */
  readonly where: readonly Condition[];
  readonly run: readonly [string, ...string[]];
  /** Milliseconds. */
  readonly timeout: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Programs at a time, of different tasks. */
  readonly concurrency: number;
}

/** The defaults are for a program that tells somebody; the limits keep a slip from filling a machine. */
export const REACTION_LIMITS = {
  timeout: { unless: 60_000, max: 24 * 3_600_000 },
  retries: { unless: 5, min: 0, max: 20 },
  concurrency: { unless: 1, min: 1, max: 16 },
} as const;

export function matchesReaction({ on, where }: Reaction, event: MoundEvent): boolean {
  return (
    on.some((pattern) => matchesEvent(pattern, event.type)) &&
    where.every((condition) => meets(condition, event))
  );
}
