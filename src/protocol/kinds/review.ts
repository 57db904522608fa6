import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, integer, taskId, text } from "../fields.ts";
import { taskFolder } from "../paths.ts";
import { recordReview } from "../rules/deeds.ts";
import { putTask } from "../rules/put-task.ts";
import { rateReview } from "../rules/trust/facts.ts";
import { finishing, taskStatus } from "../rules/task-status.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("review"),
  task: taskId,
  token: integer(1),
  agent: agentId,
  verdict: z.enum(["accepted", "rejected"]),
  reason: z.optional(text),
  ...common,
});

/** What its creator, or the reviewer it names, says of a finished task; written once, never by the worker. */
export const review = kind<Fields<typeof fields>>({
  name: "review",
  fields,
  path: (body) => `${taskFolder(body.task)}/reviews/${body.token}.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body }, { state, author, time }) {
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    const reviewer = task.reviewer ?? task.creator;
    if (author !== task.creator && author !== reviewer) {
      return fault("RV1", { code: "not-a-reviewer", task: task.id, reviewer });
    }
    const done = finishing(task);
    if (done === undefined || done.review !== undefined || done.token !== body.token) {
      return fault("RV2", {
        code: "not-open",
        task: task.id,
        status: taskStatus(state, task, time),
      });
    }
    if (done.agent === author)
      return fault("RV3", { code: "not-a-reviewer", task: task.id, reviewer });
    return undefined;
  },

  apply({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`)!;
    const last = task.attempts.at(-1)!;
    const verdict = {
      by: body.agent,
      accepted: body.verdict === "accepted",
      at: time,
      reason: body.reason,
    };
    recordReview(state, last.agent, task.needs, verdict.accepted);
    const who = { worker: last.agent, reviewer: body.agent };
    rateReview(state, task, who, verdict.accepted, time);
    putTask(state, {
      ...task,
      attempts: [...task.attempts.slice(0, -1), { ...last, review: verdict }],
    });
  },
});
