import { fault, type Fault } from "../fault.ts";
import type { AgentId } from "../ids.ts";
import type { TaskState, View } from "../state.ts";
import { isInDate, meets } from "./able.ts";
import { refuseCooling } from "./cooling.ts";
import { refuseNonMember, settings } from "./members.ts";
import { isLapsed } from "./lease.ts";
import { refuseQuarantined } from "./quarantine.ts";
import { refuseOverlap } from "./reservations.ts";
import { refuseStake } from "./stakes.ts";
import { claimsAllowed } from "./trust/limits.ts";
import { trustOf } from "./trust/table.ts";
import { refuseTurn } from "./turns.ts";
import { isUsedUp, taskStatus, unmet, unmetAny } from "./task-status.ts";

/**
 * Why an agent may not take a task at log time `now` (milliseconds), or undefined when it may.
 * `decide` asks early and says why; the judge asks always. A renewal of a lapsed claim is asked the
 * same, and the agent's own lapsed claim does not stand in its way.
 */
export function refuseTaking(
  view: View,
  agent: AgentId,
  task: TaskState,
  now: number,
): Fault | undefined {
  for (const check of CHECKS) {
    const found = check(view, agent, task, now);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Everything that stands in the way at once, for whoever is told. */
export function obstacles(
  view: View,
  agent: AgentId,
  task: TaskState,
  now: number,
): readonly Fault[] {
  return CHECKS.flatMap((check) => check(view, agent, task, now) ?? []);
}

/** Why an agent is not fit for a task, whoever has it now: what counts of a bidder. */
export function refuseUnfit(
  view: View,
  agent: AgentId,
  task: TaskState,
  now: number,
): Fault | undefined {
  return (
    refuseNonMember(view, agent) ??
    refuseSkills(view, agent, task, now) ??
    refuseTrust(view, agent, task, now)
  );
}

const CHECKS = [
  refuseNonMember,
  refuseStatus,
  refuseQuarantined,
  refuseCooling,
  refuseTurn,
  refuseSkills,
  refuseTrust,
  refuseLimit,
  refuseStake,
  (view: View, _agent: AgentId, task: TaskState, now: number) => refuseOverlap(view, task, now),
] as const;

/** [CL1] The task is open, or its claim has lapsed. [CL10] What it waits for is done. */
function refuseStatus(view: View, agent: AgentId, task: TaskState, now: number): Fault | undefined {
  const status = taskStatus(view, task, now);
  if (status === "claimed") {
    const { agent: by, until, token } = task.claim!;
    return fault("CL1", { code: "held", task: task.id, by, until, token });
  }
  const waiting = unmet(view, task);
  if (waiting.length > 0) {
    const any = unmetAny(view, task);
    const choice = any.length === 0 ? {} : { any };
    return fault("CL10", { code: "blocked", task: task.id, by: waiting, ...choice });
  }
  if (status === "open" || status === "lapsed" || status === "quarantined") return undefined;
  // A lapsed claim counts as its holder's failure to everyone but the holder, who goes on under it.
  if (task.claim?.agent === agent && !isUsedUp(task)) return undefined;
  return fault("CL1", { code: "not-open", task: task.id, status });
}

/** [CL9] All that the task needs is declared, as a skill or a tag, and in date. */
export function refuseSkills(
  view: View,
  agent: AgentId,
  task: TaskState,
  now: number,
): Fault | undefined {
  if (task.needs.length === 0) return undefined;
  const declared = view.get(`can/${agent}`);
  const inDate = declared !== undefined && isInDate(declared, now);
  const missing = task.needs.filter((need) => !inDate || !meets(declared, need));
  if (missing.length === 0) return undefined;
  return fault("CL9", { code: "skill-missing", task: task.id, missing });
}

/** [CL15] Who takes a task is trusted as far as it asks. */
function refuseTrust(view: View, agent: AgentId, task: TaskState, now: number): Fault | undefined {
  if (task.trust === 0) return undefined;
  const { score } = trustOf(view, agent, now);
  if (score >= task.trust) return undefined;
  const facts = { task: task.id, agent, needed: task.trust, score };
  return fault("CL15", { code: "trust-too-low", ...facts });
}

/** Why an agent may take no task for now, whatever there is, though others may; `now`: milliseconds. */
export function refuseAny(view: View, agent: AgentId, now: number): Fault | undefined {
  const cooling = refuseCooling(view, agent, undefined, now);
  if (cooling !== undefined || settings(view).limits !== "trusted") return cooling;
  return refuseLimit(view, agent, undefined, now);
}

/** [CL11] Claims held stay within the agent's limit; lapsed ones do not count. */
function refuseLimit(
  view: View,
  agent: AgentId,
  task: Pick<TaskState, "id"> | undefined,
  now: number,
): Fault | undefined {
  const held = Object.entries(view.get(`held/${agent}`) ?? {});
  const live = held.filter(([id, until]) => id !== task?.id && now < until).length;
  const limit = claimsAllowed(view, agent, now, live + 1);
  if (live < limit) return undefined;
  const { claimsMax } = settings(view);
  const most = limit < claimsMax ? { most: claimsMax } : {};
  return fault("CL11", { code: "limit-reached", agent, held: live, limit, ...most });
}

/** The state of a claim seen by its holder: lapsed claims are taken anew. */
export function isOwnLiveClaim(task: TaskState, agent: AgentId, now: number): boolean {
  return task.claim?.agent === agent && !isLapsed(task, now);
}
