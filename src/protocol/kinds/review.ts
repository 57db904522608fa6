import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, integer, taskId, text } from "../fields.ts";
import { taskFolder } from "../paths.ts";
import { noteWork } from "../rules/cooling.ts";
import { recordReview } from "../rules/deeds.ts";
import { putTask } from "../rules/put-task.ts";
import { refuseReviewer, refuseStranger } from "../rules/review.ts";
import { rateReview } from "../rules/trust/facts.ts";
import { finishing, taskStatus } from "../rules/task-status.ts";
import { beginTurn } from "../rules/turns.ts";
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

/** What its creator, the reviewer it names or an independent one says of a finished task; written once, never by the worker. */
export const review = kind<Fields<typeof fields>>({
  name: "review",
  fields,
  path: (body) => `${taskFolder(body.task)}/reviews/${body.token}.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body }, { state, author, time }) {
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    const done = finishing(task);
    const said = { ...task, independent: done?.independent ?? false };
    const stranger = refuseStranger(task.id, said, author);
    if (stranger !== undefined) return stranger;
    if (done === undefined || done.review !== undefined || done.token !== body.token) {
      return fault("RV2", {
        code: "not-open",
        task: task.id,
        status: taskStatus(state, task, time),
      });
    }
    return refuseReviewer(state, task.id, { ...said, worker: done.agent }, author, time);
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
    rateReview(state, task, last, verdict, time);
    if (verdict.accepted) noteWork(state, last.agent, task);
    else beginTurn(state, task.id, time);
    putTask(state, {
      ...task,
      attempts: [...task.attempts.slice(0, -1), { ...last, review: verdict }],
    });
  },
});
