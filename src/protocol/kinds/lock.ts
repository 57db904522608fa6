import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, instant, integer, lockName } from "../fields.ts";
import { lockAttemptFile, lockFile } from "../lock-paths.ts";
import type { LockState } from "../lock-state.ts";
import {
  claimOf,
  isLapsed,
  lengthFlaw,
  meaningOf,
  nextToken,
  renewalFlaw,
} from "../rules/lease.ts";
import { refuseLocking, refuseLockName, refuseStaleLock } from "../rules/locking.ts";
import { settings } from "../rules/members.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("lock"),
  /** `deploy`, `leader/research`: the folder below `locks/`. */
  name: lockName,
  agent: agentId,
  token: integer(1),
  at: common.at,
  until: instant,
  seen: common.seen,
  nonce: common.nonce,
});

/** A named lease with a fencing token, for anything that is not a task: a resource, a leadership. */
export const lock = kind<Fields<typeof fields>>({
  name: "lock",
  fields,
  path: (body) => lockFile(body.name),
  actor: (body) => body.agent,

  judge({ fields: body }, { state, time, author }) {
    const { name } = body;
    const illegal = refuseLockName(name);
    if (illegal !== undefined) return illegal;
    const flaw = lengthFlaw(body, settings(state).leaseMax);
    if (flaw !== undefined)
      return fault("CL13", { code: "lock-lease-invalid", lock: name, detail: flaw });
    const known = state.get(`lock/${name}`) ?? newLock(name, body.agent);
    const meaning = meaningOf(body, known);
    if (meaning === "renewal") {
      const detail = renewalFlaw(body, known);
      if (detail !== undefined)
        return fault("CL2", { code: "lock-lease-invalid", lock: name, detail });
      return isLapsed(known, time) ? refuseLocking(state, author, name, time) : undefined;
    }
    if (meaning === "stale") return refuseStaleLock(known, author, body.token);
    const refusal = refuseLocking(state, author, name, time);
    if (refusal !== undefined) return refusal;
    if (known.claim !== undefined) {
      const { token } = known.claim;
      return fault("LK2", {
        code: "companion-missing",
        path: lockAttemptFile(name, token),
        detail: `the lapsed token ${token} needs its attempt with outcome expired in the same commit`,
      });
    }
    const expected = nextToken(known);
    if (body.token === expected) return undefined;
    return fault("CL12", { code: "lock-token-wrong", lock: name, token: body.token, expected });
  },

  apply({ fields: body }, { state, time }) {
    const { name, token } = body;
    const before = state.get(`lock/${name}`) ?? newLock(name, body.agent);
    state.set(`lock/${name}`, { ...before, token, claim: claimOf(body, before, time) });
  },
});

function newLock(name: string, creator: LockState["creator"]): LockState {
  return { name, creator, token: 0, claim: undefined, last: undefined };
}
