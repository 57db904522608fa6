import { fault, type Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import { LOCK_NAMES, LOCK_NAMES_BY_AGENT, LOCKS_HELD } from "../limits.ts";
import { lockNameFlaw } from "../lock-paths.ts";
import type { LockState } from "../lock-state.ts";
import type { Key, View } from "../state.ts";
import { isLapsed, standingOf } from "./lease.ts";
import { isRoot, refuseNonMember } from "./members.ts";

/** [LK1] The name of a lock is a path that can be nothing else. */
export function refuseLockName(name: string): Fault | undefined {
  const detail = lockNameFlaw(name);
  return detail === undefined
    ? undefined
    : fault("LK1", { code: "lock-name-illegal", lock: name, detail });
}

/**
 * Why an agent may not take a lock at log time `now` (milliseconds), or undefined when it may. Asked
 * as well where it goes on under its own lease after that has lapsed.
 */
export function refuseLocking(
  view: View,
  agent: AgentId,
  name: string,
  now: number,
): Fault | undefined {
  const lock = view.get(`lock/${name}`);
  return (
    refuseNonMember(view, agent) ??
    refuseHeld(lock, now) ??
    refuseHolding(view, agent, name, now) ??
    (lock === undefined ? refuseNaming(view, agent, name) : undefined)
  );
}

/**
 * [CL4] A write under any token but the current one, or by anyone but its holder, is refused. Of a
 * lock only the newest attempt is kept, so that whoever names an older token is told that it is fenced.
 */
export function refuseStaleLock(lock: LockState, agent: AgentId, token: number): Fault | undefined {
  const { name, claim } = lock;
  const current = claim?.token;
  const old = token > 0 && token <= lock.token && token !== current;
  const standing = standingOf(lock, agent, token, old);
  if (standing === "holder") return undefined;
  if (standing === "held") return heldFault("CL4", lock);
  if (standing === "not-held") return fault("CL4", { code: "lock-not-held", lock: name });
  const by = claim?.agent ?? lock.last?.agent;
  return fault("CL4", { code: "lock-fenced", lock: name, token, current, by });
}

/** [LK2] Nobody holds it, or its lease has lapsed. */
function refuseHeld(lock: LockState | undefined, now: number): Fault | undefined {
  if (lock?.claim === undefined || isLapsed(lock, now)) return undefined;
  return heldFault("LK2", lock);
}

export function heldFault(rule: string, { name, claim }: LockState): Fault {
  const { agent: by, until, token } = claim!;
  return fault(rule, { code: "lock-held", lock: name, by, until, token });
}

/** [LK5] The other locks that an agent holds, lapsed ones apart, are few. */
function refuseHolding(view: View, agent: AgentId, name: string, now: number): Fault | undefined {
  const held = allLocks(view).filter((lock) => {
    return lock.name !== name && lock.claim?.agent === agent && !isLapsed(lock, now);
  });
  if (held.length < LOCKS_HELD) return undefined;
  return fault("LK5", { code: "lock-limit", lock: name, agent, what: "held", limit: LOCKS_HELD });
}

/** [LK6] Names stay for ever: an agent brings in a few, and all together not many. */
function refuseNaming(view: View, agent: AgentId, lock: string): Fault | undefined {
  const all = allLocks(view);
  const own = all.filter(({ creator }) => creator === agent).length;
  const cap = { code: "lock-limit", lock, agent } as const;
  if (isRoot(view, agent)) return undefined;
  if (own >= LOCK_NAMES_BY_AGENT)
    return fault("LK6", { ...cap, what: "named", limit: LOCK_NAMES_BY_AGENT });
  if (all.length >= LOCK_NAMES) return fault("LK6", { ...cap, what: "names", limit: LOCK_NAMES });
  return undefined;
}

/** Every lock that was ever taken, in order of name. */
export function allLocks(view: View): readonly LockState[] {
  return view.keys("lock/").map((key: Key) => view.get(key as `lock/${string}`)!);
}
