import * as z from "zod/mini";
import { fault } from "../fault.ts";
import { agentId, common, instant, integer, taskId } from "../fields.ts";
import { CLAIM_FILE, taskFolder } from "../paths.ts";
import { recordSign } from "../rules/deeds.ts";
import { refuseTaking } from "../rules/eligibility.ts";
import { claimOf, isLapsed, meaningOf, nextToken, renewalFlaw } from "../rules/lease.ts";
import { notePace } from "../rules/pace.ts";
import { passOver } from "../rules/turns.ts";
import { putTask } from "../rules/put-task.ts";
import { claimLengthFlaw } from "../rules/trust/limits.ts";
import { refuseStaleToken } from "../rules/fencing.ts";
import { lockClaim, noteRenewal } from "../rules/stakes.ts";
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
    const current = task.claim;
    const meaning = meaningOf(body, task);
    const renewed = meaning === "renewal" ? current : undefined;
    const flaw = claimLengthFlaw(state, body, renewed, time);
    if (flaw !== undefined)
      return fault("CL13", { code: "lease-invalid", task: body.task, detail: flaw });
    if (meaning === "renewal") {
      const detail = renewalFlaw(body, task);
      if (detail !== undefined)
        return fault("CL2", { code: "lease-invalid", task: body.task, detail });
      return isLapsed(task, time) ? refuseTaking(state, author, task, time) : undefined;
    }
    if (meaning === "stale") return refuseStaleToken(state, task, author, body.token, time);
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
    const expected = nextToken(task);
    if (body.token === expected) return undefined;
    return fault("CL12", { code: "token-wrong", task: body.task, token: body.token, expected });
  },

  apply({ fields: body }, { state, time }) {
    const task = state.get(`task/${body.task}`)!;
    recordSign(state, body.agent, time);
    if (task.claim?.token !== body.token) {
      notePace(state, time);
      passOver(state, task, body.agent, time);
    } else noteRenewal(state, task, time);
    lockClaim(state, body.agent, task);
    putTask(state, { ...task, token: body.token, claim: claimOf(body, task, time) });
  },
});
