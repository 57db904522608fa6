import { err, ok } from "../../base/result.ts";
import { refuseTaking } from "../rules/eligibility.ts";
import { isLapsed } from "../rules/lease.ts";
import { taskFolder } from "../paths.ts";
import { claimDraft, leaseOf } from "./claim.ts";
import { ownToken } from "./own-token.ts";
import {
  commitTime,
  commonFields,
  resolveTask,
  type Draft,
  type PlanContext,
  type Planned,
} from "./plan.ts";

export interface RenewCommand {
  readonly type: "renew";
  readonly task: string;
  readonly lease?: number;
  /** Whether the lease is a wish: an agent that may not hold a claim so long holds it as long as it may. */
  readonly wish?: boolean;
  readonly token?: number;
  /** Present for `progress`: work is the heartbeat, and its commit renews the claim (CL5). */
  readonly progress?: {
    readonly percent?: number;
    readonly note?: string;
    readonly checkpoint?: string;
  };
}

/** Holds on to a task: a later `until` under the same token, with or without a word of progress. */
export function planRenew(command: RenewCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, command.task);
  if (!found.ok) return found;
  const task = found.value;
  const token = ownToken(task, context, command.token);
  if (!token.ok) return token;
  const time = commitTime(context);
  const refusal = isLapsed(task, time)
    ? refuseTaking(context.view, context.agent, task, time)
    : undefined;
  if (refusal !== undefined) return err(refusal);
  const lock = claimDraft(
    task,
    token.value,
    context,
    leaseOf(task, context, command.lease, command.wish),
  );
  const drafts: Draft[] = [lock];
  if (command.progress !== undefined) {
    const { percent, note, checkpoint } = command.progress;
    const n = task.progress?.token === token.value ? task.progress.count + 1 : 1;
    const path = `${taskFolder(task.id)}/progress/${token.value}-${n}.yaml`;
    const fields = {
      task: task.id,
      token: String(token.value),
      n: String(n),
      agent: context.agent,
      percent: percent === undefined ? undefined : String(percent),
      note,
      checkpoint,
      ...commonFields(context, path, 1),
    };
    drafts.push({ write: "record", kind: "progress", path, fields });
  }
  const verb = command.progress === undefined ? "renew" : "progress";
  return ok({
    drafts,
    subject: `${verb} ${task.id} (token ${token.value})`,
    tasks: [task.id],
    answer: { tasks: [task.id], token: token.value },
  });
}
