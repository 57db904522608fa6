import type { AgentId } from "../ids.ts";
import { groupOf } from "../lock-paths.ts";
import type { LockState } from "../lock-state.ts";
import { isLapsed } from "../rules/lease.ts";
import { allLocks } from "../rules/locking.ts";
import type { View } from "../state.ts";

/** A lock as readers see it at one time. Times in milliseconds. */
export interface LockView {
  readonly name: string;
  /** The group whose leadership it is. */
  readonly group: string | undefined;
  readonly status: "held" | "lapsed" | "free";
  /** The last token that was given out. */
  readonly token: number;
  /** The standing claim, lapsed or not. */
  readonly claim:
    | {
        readonly agent: AgentId;
        readonly token: number;
        readonly since: number;
        readonly until: number;
      }
    | undefined;
  readonly last: LockState["last"];
  readonly creator: AgentId;
}

/** A lock at log time `now` (milliseconds). */
export function viewLock(lock: LockState, now: number): LockView {
  const { name, token, claim, last, creator } = lock;
  return {
    name,
    group: groupOf(name),
    status: claim === undefined ? "free" : isLapsed(lock, now) ? "lapsed" : "held",
    token,
    claim:
      claim === undefined
        ? undefined
        : { agent: claim.agent, token: claim.token, since: claim.since, until: claim.until },
    last,
    creator,
  };
}

/** Every lock, in order of name. */
export function viewLocks(view: View, now: number): readonly LockView[] {
  return allLocks(view).map((lock) => viewLock(lock, now));
}
