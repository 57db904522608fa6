import { ok } from "../../base/result.ts";
import { DECLINE_MS } from "../limits.ts";
import { taskFolder } from "../paths.ts";
import { formatInstant } from "../time.ts";
import { commonFields, resolveTask, type PlanContext, type Planned } from "./plan.ts";

export interface DeclineCommand {
  readonly type: "decline";
  readonly task: string;
  readonly reason?: string;
  /** Milliseconds; a day unless said. */
  readonly length?: number;
}

/** Says that the agent does not want a task for now; said again, it holds from now. */
export function planDecline(command: DeclineCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, command.task);
  if (!found.ok) return found;
  const { id } = found.value;
  const { agent } = context;
  const path = `${taskFolder(id)}/declines/${agent}.yaml`;
  const common = commonFields(context, path, 0);
  const until = Date.parse(common["at"] as string) + (command.length ?? DECLINE_MS);
  const fields = {
    task: id,
    agent,
    until: formatInstant(until),
    reason: command.reason,
    ...common,
  };
  return ok({
    drafts: [{ write: "record", kind: "decline", path, fields }],
    subject: `decline ${id}`,
    tasks: [id],
    answer: { tasks: [id] },
  });
}
