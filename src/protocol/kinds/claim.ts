import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, instant, integer, taskId } from "../fields.ts";
import { LEASE_MIN_MS } from "../limits.ts";
import { CLAIM_FILE, taskFolder } from "../paths.ts";
import { refuseTaking } from "../rules/eligibility.ts";
import { settings } from "../rules/members.ts";
import { putTask } from "../rules/put-task.ts";
import { refuseStaleToken } from "../rules/fencing.ts";
import { isLapsed } from "../rules/task-status.ts";
import type { Context } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("claim"),
  task: taskId,
  agent: agentId,
  token: integer(1),
  at: common.at,
  until: instant,
  seen: common.seen,
  nonce: common.nonce,
});

type ClaimFields = Fields<typeof fields>;

/** The lock file on a task: a lease with a fencing token. It stands until it is finished or taken over. */
export const claim = kind<ClaimFields>({
  name: "claim",
  fields,
  path: (body) => `${taskFolder(body.task)}/${CLAIM_FILE}`,
  actor: (body) => body.agent,

  judge({ fields: body }, context) {
    const { state, time, author } = context;
    const task = state.get(`task/${body.task}`);
    if (task === undefined) return fault("TA0", { code: "task-missing", task: body.task });
    const lease = refuseLease(body, context);
    if (lease !== undefined) return lease;
    const current = task.claim;
    if (current?.agent === author && current.token === body.token) {
      // [CL2] A renewal: a later `until` under the same token.
      if (body.until <= current.until) {
        return fault("CL2", {
          code: "lease-invalid",
          task: body.task,
          detail: "a renewal ends later than the lease before it",
        });
      }
      return isLapsed(task, time) ? refuseTaking(state, author, task, time) : undefined;
    }
    // [CL4] A holder that names an old token is a zombie, not a contender.
    if (body.token <= task.token && current !== undefined) {
      return refuseStaleToken(state, task, author, body.token, time);
    }
    const refusal = refuseTaking(state, author, task, time);
    if (refusal !== undefined) return refusal;
    if (current !== undefined) {
      const detail = `the lapsed token ${current.token} needs its attempt with outcome expired in the same commit`;
      return fault("CL1", {
        code: "companion-missing",
        path: `${taskFolder(body.task)}/attempts/${current.token}.yaml`,
        detail,
      });
    }
    const expected = task.token + 1;
    if (body.token === expected) return undefined;
    return fault("CL12", { code: "token-wrong", task: body.task, token: body.token, expected });
  },

  apply({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`)!;
    const same = task.claim?.token === body.token;
    putTask(state, {
      ...task,
      token: body.token,
      claim: {
        agent: body.agent,
        token: body.token,
        since: same ? task.claim.since : time,
        at: body.at,
        until: body.until,
        nonce: body.nonce,
      },
    });
  },
});

function refuseLease(body: ClaimFields, { state }: Context): Fault | undefined {
  const length = body.until - body.at;
  const { leaseMax } = settings(state);
  if (length >= LEASE_MIN_MS && length <= leaseMax) return undefined;
  const detail =
    length > leaseMax ? "the lease is longer than the mound allows" : "the shortest lease is 1s";
  return fault("CL13", { code: "lease-invalid", task: body.task, detail });
}
