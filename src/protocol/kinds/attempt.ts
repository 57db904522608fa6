import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, integer, line, list, taskId, text } from "../fields.ts";
import { LINE_CHARS } from "../limits.ts";
import { CLAIM_FILE, taskFolder } from "../paths.ts";
import { noteLapse, noteWork } from "../rules/cooling.ts";
import { recordEnding } from "../rules/deeds.ts";
import { refuseStaleToken } from "../rules/fencing.ts";
import { holdToEstimate } from "../rules/estimate.ts";
import { fenceOf } from "../rules/lease.ts";
import { endAuction, keepStops, nextTurn } from "../rules/turns.ts";
import { putTask } from "../rules/put-task.ts";
import { asksIndependent } from "../rules/review.ts";
import { settleStake } from "../rules/stakes.ts";
import { rateEnding } from "../rules/trust/facts.ts";
import type { AttemptState, ClaimState, TaskState } from "../state.ts";
import { companion, type Context } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("attempt"),
  task: taskId,
  token: integer(1),
  /** Who writes it: the holder, or who takes over or cancels. */
  agent: agentId,
  outcome: z.enum(["done", "failed", "released", "expired", "cancelled"]),
  result: z.optional(text),
  reason: z.optional(text),
  ref: z.optional(list(line)),
  /** SHA-256 of the whole result, where what stands here was cut. */
  result_sha256: z.optional(
    z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal")),
  ),
  ...common,
});

type AttemptFields = Fields<typeof fields>;

/** What became of a claim. It licenses, and requires, the removal of the lock file. */
export const attempt = kind<AttemptFields>({
  name: "attempt",
  fields,
  path: (body) => `${taskFolder(body.task)}/attempts/${body.token}.yaml`,
  actor: (body) => body.agent,

  judge({ fields: body }, context) {
    const { state, author, time } = context;
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    if (body.outcome === "expired" || body.outcome === "cancelled")
      return judgeByOther(body, task, context);
    // [CL3] By the holder, under the current token; the lease may have lapsed. That token ends here, so
    // an attempt is written once: a second one is fenced (CL4).
    return refuseStaleToken(state, task, author, body.token, time);
  },

  apply({ fields: body }, { state, time, license }) {
    const task = state.get(`task/${body.task}`)!;
    const claim = task.claim!;
    license(`${taskFolder(body.task)}/${CLAIM_FILE}`);
    recordEnding(state, claim.agent, task.needs, body.outcome, time);
    const independent = body.outcome === "done" && asksIndependent(state, task);
    const ending = {
      worker: claim.agent,
      outcome: body.outcome,
      reviewed: task.review || independent,
    };
    const presumed = rateEnding(state, task, ending, time);
    settleStake(state, task, claim, body.outcome, time);
    if (body.outcome === "done") holdToEstimate(state, task, claim, time);
    if (body.outcome === "expired") noteLapse(state, claim.agent, time);
    if (body.outcome === "done" && !ending.reviewed) noteWork(state, claim.agent, task);
    keepStops(state, task, time);
    putTask(state, {
      ...task,
      claim: undefined,
      attempts: [
        ...task.attempts.map(shorten),
        {
          token: body.token,
          agent: claim.agent,
          outcome: body.outcome,
          since: claim.since,
          at: time,
          text: body.result ?? body.reason,
          refs: body.ref ?? [],
          review: undefined,
          independent,
          presumed,
        },
      ],
    });
    nextTurn(state, task, claim, time);
    endAuction(state, task.id);
  },
});

/** The state is rewritten with every change: of older attempts it keeps a line, the record has it all. */
function shorten(older: AttemptState): AttemptState {
  if (older.text === undefined || older.text.length <= LINE_CHARS) return older;
  return { ...older, text: older.text.slice(0, LINE_CHARS) };
}

/** [AT1] Expired: by who takes over, in that commit. [AT2] Cancelled: by who cancels, in that commit. */
function judgeByOther(body: AttemptFields, task: TaskState, context: Context): Fault | undefined {
  const claim: ClaimState | undefined = task.claim;
  const worth = fenceOf(task, body.token, context.time);
  if (claim === undefined || worth === "stale") {
    return fault("CL4", {
      code: "fenced",
      task: task.id,
      token: body.token,
      current: claim?.token,
      by: claim?.agent,
      status: claim === undefined ? "open" : "claimed",
    });
  }
  const folder = taskFolder(body.task);
  if (body.outcome === "cancelled") {
    const path = `${folder}/cancel.yaml`;
    if (companion(context, path) !== undefined) return undefined;
    return fault("AT2", {
      code: "companion-missing",
      path,
      detail: "only a cancellation ends a claim as cancelled",
    });
  }
  if (worth === "current") {
    return fault("AT1", {
      code: "held",
      task: task.id,
      by: claim.agent,
      until: claim.until,
      token: claim.token,
    });
  }
  const path = `${folder}/${CLAIM_FILE}`;
  if (companion(context, path) !== undefined) return undefined;
  return fault("AT1", {
    code: "companion-missing",
    path,
    detail: "only a takeover ends a claim as expired",
  });
}
