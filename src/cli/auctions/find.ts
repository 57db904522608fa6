import { resolveTask } from "../../protocol/commands/plan.ts";
import type { TaskState, View } from "../../protocol/state.ts";
import { FaultError } from "../context.ts";

/** The task that a user names, which is auctioned. */
export function auctioned(view: View, reference: string): TaskState {
  const found = resolveTask(view, reference);
  if (!found.ok) throw new FaultError(found.error);
  const task = found.value;
  if (task.auction !== undefined) return task;
  throw new FaultError({ code: "not-auctioned", task: task.id });
}
