import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { lockAttemptFile, lockFile } from "../lock-paths.ts";
import type { LockState } from "../lock-state.ts";
import { isLapsed } from "../rules/lease.ts";
import { refuseLocking, refuseLockName, refuseStaleLock } from "../rules/locking.ts";
import { settings } from "../rules/members.ts";
import { leaseFields } from "./lease-fields.ts";
import {
  commitTime,
  commonFields,
  type Draft,
  type Plan,
  type PlanContext,
  type Planned,
} from "./plan.ts";

export interface LockCommand {
  readonly type: "lock";
  readonly name: string;
  /** Milliseconds; the mound's default unless said. */
  readonly lease?: number;
}

export interface RenewLockCommand {
  readonly type: "renew-lock";
  readonly name: string;
  readonly lease?: number;
  readonly token?: number;
}

export interface UnlockCommand {
  readonly type: "unlock";
  readonly name: string;
  readonly token?: number;
}

/**
 * Takes a lock; one's own live lock is answered as it is. One's own lapsed lock is taken anew, with a
 * new token: who takes it may be another process than the one that had it, and that one is then fenced.
 */
export function planLock(command: LockCommand, context: PlanContext): Planned {
  const { name } = command;
  const { view, agent } = context;
  const time = commitTime(context);
  const illegal = refuseLockName(name);
  if (illegal !== undefined) return err(illegal);
  const lock = view.get(`lock/${name}`);
  const claim = lock?.claim;
  if (claim?.agent === agent && !isLapsed({ claim }, time)) return already(claim.token);
  const refusal = refuseLocking(view, agent, name, time);
  if (refusal !== undefined) return err(refusal);
  const token = (lock?.token ?? 0) + 1;
  const drafts: Draft[] = [leaseDraft(name, token, lock, context, command.lease)];
  if (claim !== undefined) drafts.push(...endingDrafts(lock!, claim.token, "expired", context, 1));
  const verb = claim === undefined ? "lock" : "take over lock";
  return ok(planOf(drafts, `${verb} ${name}`, token));
}

/** Holds on to a lock: a later `until` under the same token. */
export function planRenewLock(command: RenewLockCommand, context: PlanContext): Planned {
  const { name } = command;
  const lock = context.view.get(`lock/${name}`);
  if (lock === undefined) return missing(name);
  const token = ownToken(lock, context, command.token);
  const stale = refuseStaleLock(lock, context.agent, token);
  if (stale !== undefined) return err(stale);
  const time = commitTime(context);
  const refusal = isLapsed(lock, time)
    ? refuseLocking(context.view, context.agent, name, time)
    : undefined;
  if (refusal !== undefined) return err(refusal);
  const draft = leaseDraft(name, token, lock, context, command.lease);
  return ok(planOf([draft], `renew lock ${name}`, token));
}

/** Gives a lock back; nobody need wait for the end of its lease. */
export function planUnlock(command: UnlockCommand, context: PlanContext): Planned {
  const { name } = command;
  const { view, agent } = context;
  const lock = view.get(`lock/${name}`);
  if (lock === undefined) return missing(name);
  const token = ownToken(lock, context, command.token);
  const stale = refuseStaleLock(lock, agent, token);
  if (stale === undefined) {
    const drafts = endingDrafts(lock, token, "released", context, 0);
    const removal: Draft = { write: "removal", path: lockFile(name) };
    return ok(planOf([...drafts, removal], `unlock ${name}`, token));
  }
  // The same answer again for who asks again: an earlier try may have landed unheard.
  const { claim, last } = lock;
  const same = last?.agent === agent && last.token === token && last.outcome === "released";
  return same && claim === undefined ? already(token) : err(stale);
}

/** The token that the agent names, else the one that it holds, else the last one where that was its own. */
function ownToken(lock: LockState, { agent }: PlanContext, named: number | undefined): number {
  const { claim, last } = lock;
  const held = claim?.agent === agent ? claim.token : undefined;
  return named ?? held ?? (last?.agent === agent ? last.token : 0);
}

function leaseDraft(
  name: string,
  token: number,
  lock: LockState | undefined,
  context: PlanContext,
  asked: number | undefined,
): Draft {
  const path = lockFile(name);
  const lease = asked ?? settings(context.view).leaseDefault;
  const leased = lock ?? { claim: undefined, token: 0 };
  const fields = { name, ...leaseFields(path, token, leased, context, lease) };
  return { write: "record", kind: "lock", path, fields };
}

/** The attempt of the token that ends, and the removal of the one before it (LK4). */
function endingDrafts(
  { name, last }: LockState,
  token: number,
  outcome: "released" | "expired",
  context: PlanContext,
  index: number,
): readonly Draft[] {
  const path = lockAttemptFile(name, token);
  const fields = {
    name,
    token: String(token),
    agent: context.agent,
    outcome,
    ...commonFields(context, path, index),
  };
  const attempt: Draft = { write: "record", kind: "lock-attempt", path, fields };
  if (last === undefined) return [attempt];
  return [attempt, { write: "removal", path: lockAttemptFile(name, last.token) }];
}

function planOf(drafts: readonly Draft[], what: string, token: number): Plan {
  return { drafts, subject: `${what} (token ${token})`, tasks: [], answer: { tasks: [], token } };
}

function already(token: number): Planned {
  return ok({ drafts: [], subject: "", tasks: [], answer: { tasks: [], token, already: true } });
}

function missing(lock: string): Planned {
  return err(refuseLockName(lock) ?? fault("LK3", { code: "lock-missing", lock }));
}
