import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import { isRoot } from "../rules/members.ts";
import { commonFields, type PlanContext, type Planned } from "./plan.ts";

export interface GrantCommand {
  readonly type: "grant";
  readonly to: string;
  /** Credits. */
  readonly amount: number;
  readonly reason: string;
}

/** Gives a member credits; as many roots sign as the threshold says. */
export function planGrant({ to, amount, reason }: GrantCommand, context: PlanContext): Planned {
  const { view, agent, nonce } = context;
  if (!isRoot(view, agent)) return err(fault("GR1", { code: "not-a-root", agent }));
  // Named by the operation, so that one which is tried again gives once.
  const path = `grants/${nonce}.yaml`;
  const said = { id: nonce, to, amount: String(amount), reason, by: agent };
  const fields = { ...said, ...commonFields(context, path, 0) };
  return ok({
    drafts: [{ write: "record", kind: "grant", path, fields, cosigned: true }],
    subject: `grant ${to} ${amount} credits`,
    tasks: [],
    answer: { tasks: [] },
  });
}
