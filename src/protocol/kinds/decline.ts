import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, instant, line, taskId } from "../fields.ts";
import { DECLINE_MAX_MS, DECLINES_MAX } from "../limits.ts";
import { taskFolder } from "../paths.ts";
import { isSettled, taskStatus } from "../rules/task-status.ts";
import type { Context } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("decline"),
  task: taskId,
  agent: agentId,
  /** Until then the task is not offered to the agent. */
  until: instant,
  reason: z.optional(line),
  ...common,
});

type DeclineFields = Fields<typeof fields>;

/** That an agent does not want a task for now. It binds nobody, and nothing holds it against the agent. */
export const decline = kind<DeclineFields>({
  name: "decline",
  fields,
  path: (body) => `${taskFolder(body.task)}/declines/${body.agent}.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    if (isSettled(task)) {
      const status = taskStatus(state, task, time);
      return fault("DE1", { code: "not-open", task: task.id, status });
    }
    if (task.claim?.agent === body.agent)
      return fault("DE2", { code: "decline-held", task: task.id, token: task.claim.token });
    return refuseLength(body) ?? refuseMany(body, state, time);
  },

  apply({ fields: body }, { state, time }) {
    const declined = inForce(state, body, time);
    state.set(`declined/${body.agent}`, { ...declined, [body.task]: body.until });
  },
});

function refuseLength({ task, at, until }: DeclineFields): Fault | undefined {
  if (until > at && until <= at + DECLINE_MAX_MS) return undefined;
  const detail = until > at ? "it is for more than 7d" : "it ends before it begins";
  return fault("DE3", { code: "decline-wrong", task, detail });
}

function refuseMany(body: DeclineFields, state: Context["state"], time: number): Fault | undefined {
  if (Object.keys(inForce(state, body, time)).length < DECLINES_MAX) return undefined;
  const detail = `${body.agent} declines ${DECLINES_MAX} others already`;
  return fault("DE4", { code: "decline-wrong", task: body.task, detail });
}

/** What the agent declines besides; what is over is forgotten. */
function inForce(
  state: Context["state"],
  { agent, task }: DeclineFields,
  time: number,
): Readonly<Record<string, number>> {
  const declined = Object.entries(state.get(`declined/${agent}`) ?? {});
  return Object.fromEntries(declined.filter(([id, until]) => id !== task && time < until));
}
