import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, integer, lockName } from "../fields.ts";
import { lockAttemptFile, lockFile } from "../lock-paths.ts";
import type { LockState } from "../lock-state.ts";
import { fenceOf } from "../rules/lease.ts";
import { heldFault, refuseLockName, refuseStaleLock } from "../rules/locking.ts";
import { companion, type Context } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("lock-attempt"),
  name: lockName,
  token: integer(1),
  /** Who writes it: the holder, or who takes over. */
  agent: agentId,
  outcome: z.enum(["released", "expired"]),
  ...common,
});

type AttemptFields = Fields<typeof fields>;

/**
 * What became of a lock under one token. It licenses, and requires, the removal of the lock file, and
 * of the attempt before it: the newest is enough for tokens to rise.
 */
export const lockAttempt = kind<AttemptFields>({
  name: "lock-attempt",
  fields,
  path: (body) => lockAttemptFile(body.name, body.token),
  actor: (body) => body.agent,

  judge({ fields: body }, context) {
    const { state, author } = context;
    const illegal = refuseLockName(body.name);
    if (illegal !== undefined) return illegal;
    const lock = state.get(`lock/${body.name}`);
    if (lock === undefined) return fault("LK3", { code: "lock-missing", lock: body.name });
    return body.outcome === "expired"
      ? judgeExpired(body, lock, context)
      : // [LK3] By the holder, under the current token; the lease may have lapsed.
        refuseStaleLock(lock, author, body.token);
  },

  apply({ fields: body }, { state, time, license }) {
    const { name, token, outcome } = body;
    const lock = state.get(`lock/${name}`)!;
    license(lockFile(name));
    // [LK4] The attempt before it goes.
    if (lock.last !== undefined) license(lockAttemptFile(name, lock.last.token));
    const { agent } = lock.claim!;
    state.set(`lock/${name}`, {
      ...lock,
      claim: undefined,
      last: { token, agent, outcome, at: time },
    });
  },
});

/** [LK3] Expired: by who takes the lock over, in that commit. */
function judgeExpired(
  { name, token }: AttemptFields,
  lock: LockState,
  context: Context,
): Fault | undefined {
  const worth = fenceOf(lock, token, context.time);
  if (worth === "stale") {
    const by = lock.claim?.agent ?? lock.last?.agent;
    const current = lock.claim?.token;
    return fault("CL4", { code: "lock-fenced", lock: name, token, current, by });
  }
  if (worth === "current") return heldFault("LK3", lock);
  const path = lockFile(name);
  if (companion(context, path) !== undefined) return undefined;
  const detail = "only a takeover ends a lock as expired";
  return fault("LK3", { code: "companion-missing", path, detail });
}
