import type { CommitFacts } from "../protocol/judge.ts";
import type { Oid } from "../protocol/ids.ts";
import { SKEW_MS } from "../protocol/limits.ts";
import type { Clock } from "./ports.ts";
import { type ShardedState, withKeys } from "./sharded-state.ts";

/** A commit that a reader does not take yet; `time` in milliseconds. */
export interface Deferral {
  readonly commit: Oid;
  readonly time: number;
}

/** A commit ahead of this clock by more than the skew waits, and so does what follows it. */
export async function deferralOf(
  { oid, commit }: CommitFacts,
  state: ShardedState,
  clock: Clock,
): Promise<Deferral | undefined> {
  const time = (commit?.committer.seconds ?? 0) * 1_000;
  const skew = await withKeys(state, () => state.get("mound")?.skew ?? SKEW_MS);
  return time <= clock.now() + skew ? undefined : { commit: oid, time };
}
