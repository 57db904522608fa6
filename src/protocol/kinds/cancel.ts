import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, line, taskId } from "../fields.ts";
import { taskFolder } from "../paths.ts";
import { isRoot } from "../rules/members.ts";
import { endAuction } from "../rules/turns.ts";
import { putTask } from "../rules/put-task.ts";
import { finishing, taskStatus } from "../rules/task-status.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("cancel"),
  task: taskId,
  agent: agentId,
  reason: z.optional(line),
  ...common,
});

/** The end of a task by who created it, or a root; a claim on it ends in the same commit. */
export const cancel = kind<Fields<typeof fields>>({
  name: "cancel",
  fields,
  path: (body) => `${taskFolder(body.task)}/cancel.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body }, { state, author, time, before }) {
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    if (author !== task.creator && !isRoot(before, author)) {
      return fault("CA1", { code: "not-the-creator", task: task.id, creator: task.creator });
    }
    if (task.cancelled !== undefined || finishing(task) !== undefined) {
      return fault("CA2", {
        code: "not-open",
        task: task.id,
        status: taskStatus(state, task, time),
      });
    }
    if (task.claim === undefined) return undefined;
    // The attempt is judged before the cancellation, so a claim that is still there has none.
    const path = `${taskFolder(body.task)}/attempts/${task.claim.token}.yaml`;
    return fault("CA3", {
      code: "companion-missing",
      path,
      detail: "a cancellation ends the claim in the same commit",
    });
  },

  apply({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`)!;
    putTask(state, { ...task, cancelled: { by: body.agent, at: time, reason: body.reason } });
    endAuction(state, task.id);
  },
});
