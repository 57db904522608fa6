/**
 * A task that claims keep lapsing on is set apart: something is wrong with it, or with who takes it, and
 * its creator is to see what. Only the creator writes `task.yaml`; whatever it writes there frees the task.
 */
import { fault, type Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";
import type { TodoState } from "../todo-state.ts";
import { isLapsed } from "./lease.ts";
import { settings } from "./members.ts";

type Lapsing = Pick<TaskState, "attempts" | "claim" | "freed">;

/** Lapses since its creator has looked at it; a standing lapsed claim counts. `now`: log time. */
export function lapsesOf(task: Lapsing, now: number): number {
  return isLapsed(task, now) ? lapsesAtEnd(task) : endedLapses(task);
}

/** The same once the standing claim, if there is one, has lapsed. */
export function lapsesAtEnd(task: Lapsing): number {
  const { claim, freed } = task;
  return endedLapses(task) + (claim !== undefined && claim.token > freed ? 1 : 0);
}

export function isQuarantined(view: View, task: TaskState, now: number): boolean {
  // Most tasks have never lapsed: for them nothing is looked up.
  const lapses = lapsesOf(task, now);
  if (lapses === 0) return false;
  const limit = settings(view).quarantine;
  return limit > 0 && lapses >= limit;
}

/** The same by what is kept of open tasks; `limit`: the setting. */
export function isSetApart({ lapses, until }: TodoState, limit: number, now: number): boolean {
  return (
    limit > 0 && lapses !== undefined && lapses >= limit && !(until !== undefined && now < until)
  );
}

/**
 * [CL17] Nobody takes what is quarantined, and its holder does not renew it, or it would have the task for
 * itself: others could not take over. What it has done it may hand in, or give the task back.
 */
export function refuseQuarantined(
  view: View,
  _agent: AgentId,
  task: TaskState,
  now: number,
): Fault | undefined {
  if (!isQuarantined(view, task, now)) return undefined;
  const lapses = lapsesOf(task, now);
  return fault("CL17", { code: "quarantined", task: task.id, lapses, creator: task.creator });
}

/** Up to which token lapses are forgiven when the creator writes the task anew; see `freed`. */
export function freedBy({ claim, token }: TaskState, now: number): number {
  // What is claimed may still lapse: that the creator cannot have seen.
  return claim !== undefined && now < claim.until ? claim.token - 1 : token;
}

function endedLapses({ attempts, freed }: Lapsing): number {
  let count = 0;
  for (const { outcome, token } of attempts) if (outcome === "expired" && token > freed) count += 1;
  return count;
}
