import { resolveTask } from "../../protocol/commands/plan.ts";
import { fault } from "../../protocol/fault.ts";
import type { TaskState, View } from "../../protocol/state.ts";
import { FaultError } from "../context.ts";

/** The task that a user names, which is auctioned. */
export function auctioned(view: View, reference: string, rule: string): TaskState {
  const found = resolveTask(view, reference);
  if (!found.ok) throw new FaultError(found.error);
  const task = found.value;
  if (task.auction !== undefined) return task;
  const detail = "the task is not auctioned";
  throw new FaultError(fault(rule, { code: "bid-wrong", task: task.id, detail }));
}
