import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, integer, line, taskId, text } from "../fields.ts";
import { CLAIM_FILE, taskFolder } from "../paths.ts";
import { refuseStaleToken } from "../rules/fencing.ts";
import { putTask } from "../rules/put-task.ts";
import { companion } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("progress"),
  task: taskId,
  token: integer(1),
  n: integer(1),
  agent: agentId,
  percent: z.optional(integer(0, 100)),
  note: z.optional(line),
  checkpoint: z.optional(text),
  ...common,
});

/** Work is the heartbeat: a progress record comes with a renewal of its claim (CL5). */
export const progress = kind<Fields<typeof fields>>({
  name: "progress",
  fields,
  path: (body) => `${taskFolder(body.task)}/progress/${body.token}-${body.n}.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body, path }, context) {
    const { state, author, time } = context;
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    const stale = refuseStaleToken(state, task, author, body.token, time);
    if (stale !== undefined) return stale;
    const expected = task.progress?.token === body.token ? task.progress.count + 1 : 1;
    if (body.n !== expected) {
      const detail = `the next progress of token ${body.token} has n ${expected}`;
      return fault("PR1", { code: "path-illegal", path, detail });
    }
    const lock = `${taskFolder(body.task)}/${CLAIM_FILE}`;
    if (companion(context, lock) !== undefined) return undefined;
    return fault("CL5", {
      code: "companion-missing",
      path: lock,
      detail: "progress renews the claim in the same commit",
    });
  },

  apply({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`)!;
    const before = task.progress?.token === body.token ? task.progress : undefined;
    putTask(state, {
      ...task,
      progress: {
        token: body.token,
        count: body.n,
        at: time,
        percent: body.percent ?? before?.percent,
        note: body.note ?? before?.note,
        // A successor goes on from here, so an older checkpoint stays until a newer one comes.
        checkpoint: body.checkpoint ?? task.progress?.checkpoint,
      },
    });
  },
});
