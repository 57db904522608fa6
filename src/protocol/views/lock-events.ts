/** What commits tell of named locks; of the leadership of a group in words of its own. */
import { groupOf } from "../lock-paths.ts";
import type { LockState } from "../lock-state.ts";
import type { View } from "../state.ts";
import type { EventType, MoundEvent } from "./event.ts";

type Told = Pick<MoundEvent, "type" | "lock" | "agent" | "token" | "until">;
interface Scene {
  readonly before: View;
  /** The state that the commit leaves behind. */
  readonly after: View;
}
interface LockToken {
  readonly name: string;
  readonly token: number;
}

/** A lock, and of leadership the other word for the same. */
const WORDS = {
  taken: ["lock.taken", "leader.elected"],
  renewed: ["lock.renewed", "leader.renewed"],
  released: ["lock.released", "leader.resigned"],
  expired: ["lock.expired", "leader.expired"],
  lapsed: ["lock.lapsed", "leader.lapsed"],
} as const satisfies Readonly<Record<string, readonly [EventType, EventType]>>;

/** What an event of a lock, or of a leadership, is called. */
export function lockEvent<What extends keyof typeof WORDS>(
  what: What,
  { name }: Pick<LockState, "name">,
): (typeof WORDS)[What][number] {
  return WORDS[what][groupOf(name) === undefined ? 0 : 1];
}

export function tellLock({ name, token }: LockToken, { before, after }: Scene): Told {
  const { agent, until } = after.get(`lock/${name}`)!.claim!;
  const renews = before.get(`lock/${name}`)?.claim?.token === token;
  return {
    type: lockEvent(renews ? "renewed" : "taken", { name }),
    lock: name,
    agent,
    token,
    until,
  };
}

export function tellLockAttempt(
  { name, token, outcome }: LockToken & { readonly outcome: "released" | "expired" },
  { before, after }: Scene,
): Told {
  const { agent } = after.get(`lock/${name}`)!.last!;
  const until = outcome === "expired" ? before.get(`lock/${name}`)?.claim?.until : undefined;
  return {
    type: lockEvent(outcome, { name }),
    lock: name,
    agent,
    token,
    ...(until === undefined ? {} : { until }),
  };
}
