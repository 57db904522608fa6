import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { taskFolder } from "../paths.ts";
import { formatShare } from "../share.ts";
import type { TaskState } from "../state.ts";
import type { AuctionTerms } from "../trust-state.ts";
import { formatDuration, formatInstant } from "../time.ts";
import { isQuarantined } from "../rules/quarantine.ts";
import { taskFields, type TaskSpec } from "./add.ts";
import { commitTime, commonFields, resolveTask, type PlanContext, type Planned } from "./plan.ts";

export interface EditCommand {
  readonly type: "edit";
  readonly task: string;
  readonly changes: Partial<TaskSpec>;
  /** Fields that are taken away. */
  readonly clear?: readonly (keyof Omit<TaskSpec, "title">)[];
}

/** Rewrites a task's record with some fields changed; what is quarantined is freed even by the same words. */
export function planEdit(command: EditCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, command.task);
  if (!found.ok) return found;
  const task = found.value;
  if (task.creator !== context.agent) {
    return err(fault("TA2", { code: "not-the-creator", task: task.id, creator: task.creator }));
  }
  const before = specOf(task);
  const cleared = Object.entries({ ...before, ...command.changes }).filter(
    ([field]) => !command.clear?.some((name) => name === field),
  );
  const spec = Object.fromEntries(cleared) as unknown as TaskSpec;
  const apart = isQuarantined(context.view, task, commitTime(context));
  if (!apart && JSON.stringify(spec) === JSON.stringify(before)) {
    return ok({ drafts: [], subject: "", tasks: [], answer: { tasks: [task.id], already: true } });
  }
  const fields = taskFields(spec, task.id, new Map(), context);
  if (!fields.ok) return fields;
  const path = `${taskFolder(task.id)}/task.yaml`;
  return ok({
    drafts: [
      {
        write: "record",
        kind: "task",
        path,
        fields: { ...fields.value, ...commonFields(context, path, 0) },
      },
    ],
    subject: `${apart ? "free" : "edit"} ${task.id}`,
    tasks: [task.id],
    answer: { tasks: [task.id] },
  });
}

function specOf(task: TaskState): TaskSpec {
  return {
    title: task.title,
    ...(task.body === undefined ? {} : { body: task.body }),
    needs: task.needs,
    after: task.after,
    afterAny: task.afterAny,
    paths: task.paths,
    ...(task.shared ? { shared: true } : {}),
    priority: task.priority,
    ...(task.deadline === undefined ? {} : { deadline: formatInstant(task.deadline) }),
    ...(task.lease === undefined ? {} : { lease: formatDuration(task.lease) }),
    attempts: task.attemptsMax,
    ...(task.review ? { review: "required" as const } : {}),
    ...(task.reviewer === undefined ? {} : { reviewer: task.reviewer }),
    ...(task.parent === undefined ? {} : { parent: task.parent }),
    ...(task.trust === 0 ? {} : { trust: formatShare(task.trust) }),
    ...(task.value === 0 ? {} : { value: task.value }),
    ...(task.stake === 0 ? {} : { stake: task.stake }),
    ...(task.auction === undefined ? {} : auctionOf(task.auction)),
  };
}

function auctionOf({ bids, bidsUntil, revealsUntil }: AuctionTerms): Partial<TaskSpec> {
  return {
    mode: "auction",
    bids,
    bidsUntil: formatInstant(bidsUntil),
    revealsUntil: formatInstant(revealsUntil),
  };
}
