/**
 * A worker that steps back leaves a task to others, who may be gone: nobody says that it stops looking. What all who
 * look have seen, and nobody has taken, it takes after all.
 */
import type { AgentId, TaskId } from "../protocol/ids.ts";
import type { TaskState, View } from "../protocol/state.ts";
import { takeable } from "../protocol/views/match.ts";

/** Milliseconds: by then every worker that looks at least every `lookMaxMs`, give or take a quarter, has had its turns. */
export function patienceFor(lookMaxMs: number): number {
  return Math.max(PATIENCE_MIN_MS, 1.5 * lookMaxMs);
}

/** Who is let through, and who is not, changes every ten seconds; see match/gate.ts. */
const PATIENCE_MIN_MS = 10_000;

export class Patience {
  readonly #ms: number;
  readonly #left = new Map<TaskId, { readonly token: number; readonly since: number }>();

  /** `ms`: milliseconds after which a task is not left to others any more. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** The agent steps back from a task at log time `now` (milliseconds); answers whether it is not to. */
  isOver(view: View, agent: AgentId, now: number, { id, token }: TaskState): boolean {
    for (const [before, left] of this.#left) {
      if (takeable(view, agent, now, before)?.token !== left.token) this.#left.delete(before);
    }
    if (!this.#left.has(id)) this.#left.set(id, { token, since: now });
    return [...this.#left.values()].some(({ since }) => now - since >= this.#ms);
  }
}
