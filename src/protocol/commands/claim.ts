import { err, ok } from "../../base/result.ts";
import type { Fault } from "../fault.ts";
import type { TaskState } from "../state.ts";
import { CLAIM_FILE, taskFolder } from "../paths.ts";
import { isOwnLiveClaim, refuseTaking } from "../rules/eligibility.ts";
import { settings } from "../rules/members.ts";
import { leaseAllowed } from "../rules/trust/limits.ts";
import { leaseFields } from "./lease-fields.ts";
import {
  commitTime,
  commonFields,
  resolveTask,
  type Draft,
  type PlanContext,
  type Planned,
} from "./plan.ts";

export interface ClaimCommand {
  readonly type: "claim";
  readonly task: string;
  /** Milliseconds; the task's own or the mound's default unless said. */
  readonly lease?: number;
}

/** Takes a task; one's own live claim is answered as it is, one's own lapsed claim is renewed. */
export function planClaim(command: ClaimCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, command.task);
  return found.ok ? claimTask(found.value, context, command.lease) : found;
}

/** The plan of a claim on a task that was found already; `wish`: whether a shorter lease will do. */
export function claimTask(
  task: TaskState,
  context: PlanContext,
  lease?: number,
  wish = false,
): Planned {
  const { view, agent } = context;
  const time = commitTime(context);
  if (isOwnLiveClaim(task, agent, time)) {
    return ok({
      drafts: [],
      subject: "",
      tasks: [],
      answer: { tasks: [task.id], token: task.claim!.token, already: true },
    });
  }
  const refusal: Fault | undefined = refuseTaking(view, agent, task, time);
  if (refusal !== undefined) return err(refusal);
  const lapsed = task.claim;
  const own = lapsed?.agent === agent;
  const token = own ? lapsed.token : task.token + 1;
  const drafts: Draft[] = [claimDraft(task, token, context, leaseOf(task, context, lease, wish))];
  if (lapsed !== undefined && !own) {
    const path = `${taskFolder(task.id)}/attempts/${lapsed.token}.yaml`;
    const fields = {
      task: task.id,
      token: String(lapsed.token),
      agent,
      outcome: "expired",
      ...commonFields(context, path, 1),
    };
    drafts.push({ write: "record", kind: "attempt", path, fields });
  }
  const verb = own ? "renew" : lapsed === undefined ? "claim" : "take over";
  return ok({
    drafts,
    subject: `${verb} ${task.id} (token ${token})`,
    tasks: [task.id],
    answer: { tasks: [task.id], token },
  });
}

/** The lock file of a claim that begins or goes on now, always later than the lease before it. */
export function claimDraft(
  task: TaskState,
  token: number,
  context: PlanContext,
  lease: number,
  index = 0,
): Draft {
  const path = `${taskFolder(task.id)}/${CLAIM_FILE}`;
  const fields = { task: task.id, ...leaseFields(path, token, task, context, lease, index) };
  return { write: "record", kind: "claim", path, fields };
}

/**
 * Milliseconds: what was asked, else the task's own lease, else the mound's default. What nobody asked for
 * is shortened to what the agent may have, and what was asked for too where it is but a `wish`.
 */
export function leaseOf(
  task: TaskState,
  context: PlanContext,
  asked: number | undefined,
  wish = false,
): number {
  const { view, agent } = context;
  const usual = asked ?? task.lease ?? settings(view).leaseDefault;
  if (asked !== undefined && !wish) return usual;
  const allowed = leaseAllowed(view, agent, commitTime(context), usual);
  // What is beyond the mound's own limit is refused to everybody.
  return settings(view).limits === "trusted" ? Math.min(usual, allowed) : usual;
}
