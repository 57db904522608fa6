import { ok } from "../../base/result.ts";
import { CLAIM_FILE, taskFolder } from "../paths.ts";
import { ownToken } from "./own-token.ts";
import { commonFields, resolveTask, type PlanContext, type Planned } from "./plan.ts";

export interface FinishCommand {
  readonly type: "finish";
  readonly task: string;
  readonly outcome: "done" | "failed" | "released";
  readonly token?: number;
  readonly result?: string;
  /** SHA-256 in hexadecimal of the whole result, where `result` was cut. */
  readonly resultSha256?: string;
  readonly reason?: string;
  readonly refs?: readonly string[];
}

/** Ends a claim: its attempt is written and the lock file goes, in one commit (CL3). */
export function planFinish(command: FinishCommand, context: PlanContext): Planned {
  const found = resolveTask(context.view, command.task);
  if (!found.ok) return found;
  const task = found.value;
  const token = ownToken(task, context, command.token);
  if (!token.ok) {
    // The same answer again for who asks again: an earlier try may have landed unheard.
    const last = task.attempts.findLast((attempt) => attempt.agent === context.agent);
    const same =
      last?.outcome === command.outcome &&
      last === task.attempts.at(-1) &&
      task.claim === undefined;
    const named = command.token === undefined || command.token === last?.token;
    if (!same || !named) return token;
    return ok({
      drafts: [],
      subject: "",
      tasks: [],
      answer: { tasks: [task.id], token: last.token, already: true },
    });
  }
  const folder = taskFolder(task.id);
  const path = `${folder}/attempts/${token.value}.yaml`;
  const fields = {
    task: task.id,
    token: String(token.value),
    agent: context.agent,
    outcome: command.outcome,
    result: command.result,
    reason: command.reason,
    ref: command.refs,
    result_sha256: command.resultSha256,
    ...commonFields(context, path, 0),
  };
  const verb = { done: "done", failed: "fail", released: "release" }[command.outcome];
  return ok({
    drafts: [
      { write: "record", kind: "attempt", path, fields },
      { write: "removal", path: `${folder}/${CLAIM_FILE}` },
    ],
    subject: `${verb} ${task.id} (token ${token.value})`,
    tasks: [task.id],
    answer: { tasks: [task.id], token: token.value },
  });
}
