/** Every movement of credits, read off a replay of the line from its first commit. */
import { ok, type Result } from "../base/result.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import type { CreditMove, MovesState } from "../protocol/trust-state.ts";
import { reasonOf } from "../protocol/views/credit-events.ts";
import { type BeforeTheLine, replay, type ReplayOptions } from "./replay.ts";

/** One movement, and the commit that made it. */
export interface CreditEntry extends CreditMove {
  readonly commit: Oid;
  /** Its place on the line, counted from 1. */
  readonly number: number;
  /** Milliseconds. */
  readonly time: number;
  /** Who made the commit: the root that granted, the agent that took over. */
  readonly by: string;
  /** Of a grant. Untrusted text. */
  readonly reason: string | undefined;
}

/** The entries of an agent, or of all, in the order of the line. */
export async function creditLog(
  options: Pick<ReplayOptions, "ports" | "tip" | "progress">,
  agent: AgentId | undefined,
): Promise<Result<readonly CreditEntry[], BeforeTheLine>> {
  const entries: CreditEntry[] = [];
  let number = 0;
  const reached = await replay({
    ...options,
    wanted: { commit: options.tip },
    observe:
      (_before, { facts, verdict }) =>
      () => {
        number += 1;
        const moved = verdict.delta.get("moves/last") as MovesState | undefined;
        if (!verdict.accepted || moved === undefined) return;
        const { oid: commit, commit: made } = facts;
        const about = { commit, number, time: verdict.time, by: made!.author.name };
        for (const move of moved.moves)
          if (agent === undefined || move.agent === agent)
            entries.push({ ...move, ...about, reason: reasonOf(move, verdict.records) });
      },
  });
  return reached.ok ? ok(entries) : reached;
}
