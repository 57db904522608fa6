import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { CLAIM_FILE, taskFolder } from "../paths.ts";
import { finishing, taskStatus } from "../rules/task-status.ts";
import {
  commitTime,
  commonFields,
  resolveTask,
  type Draft,
  type PlanContext,
  type Planned,
} from "./plan.ts";

export interface CancelCommand {
  readonly type: "cancel";
  readonly task: string;
  readonly reason?: string;
}

export interface ReviewCommand {
  readonly type: "review";
  readonly task: string;
  readonly accept: boolean;
  readonly reason?: string;
}

/** Cancels a task; a claim on it ends in the same commit. */
export function planCancel(command: CancelCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, command.task);
  if (!found.ok) return found;
  const task = found.value;
  const { agent } = context;
  const folder = taskFolder(task.id);
  const path = `${folder}/cancel.yaml`;
  const fields = {
    task: task.id,
    agent,
    reason: command.reason,
    ...commonFields(context, path, 0),
  };
  const drafts: Draft[] = [{ write: "record", kind: "cancel", path, fields }];
  if (task.claim !== undefined) {
    const attempt = `${folder}/attempts/${task.claim.token}.yaml`;
    const ending = {
      task: task.id,
      token: String(task.claim.token),
      agent,
      outcome: "cancelled",
      ...commonFields(context, attempt, 1),
    };
    drafts.push({ write: "record", kind: "attempt", path: attempt, fields: ending });
    drafts.push({ write: "removal", path: `${folder}/${CLAIM_FILE}` });
  }
  return ok({
    drafts,
    subject: `cancel ${task.id}`,
    tasks: [task.id],
    answer: { tasks: [task.id] },
  });
}

/** Accepts or rejects the newest finished attempt. */
export function planReview(command: ReviewCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, command.task);
  if (!found.ok) return found;
  const task = found.value;
  const done = finishing(task);
  if (done === undefined) {
    const status = taskStatus(context.view, task, commitTime(context));
    return err(fault("RV2", { code: "not-open", task: task.id, status }));
  }
  const path = `${taskFolder(task.id)}/reviews/${done.token}.yaml`;
  const verdict = command.accept ? "accepted" : "rejected";
  const fields = {
    task: task.id,
    token: String(done.token),
    agent: context.agent,
    verdict,
    reason: command.reason,
    ...commonFields(context, path, 0),
  };
  return ok({
    drafts: [{ write: "record", kind: "review", path, fields }],
    subject: `${command.accept ? "accept" : "reject"} ${task.id} (token ${done.token})`,
    tasks: [task.id],
    answer: { tasks: [task.id], token: done.token },
  });
}
