import { ownEntry } from "../../base/own-entry.ts";
import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import type { Severity } from "../rules/trust/slash.ts";
import { commonFields, type PlanContext, type Planned } from "./plan.ts";

export interface DenounceCommand {
  readonly type: "denounce";
  readonly subject: string;
  readonly proof: string;
  readonly reason: string;
  /** What two thirds of the roots, who sign too, take. */
  readonly severity?: Severity;
}

export interface UndenounceCommand {
  readonly type: "undenounce";
  readonly subject: string;
  readonly reason?: string;
}

/** Speaks against an agent, with a commit that shows it; said again it takes the place of what was said before. */
export function planDenounce(command: DenounceCommand, context: PlanContext): Planned {
  const { subject, proof, reason, severity } = command;
  return planned(`denounce ${subject}`, { subject, proof, reason, severity }, context);
}

/** Takes a denouncement back. What it took is not given back by that: it comes back with time. */
export function planUndenounce(command: UndenounceCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const { subject } = command;
  const said = ownEntry(view.get(`denounced/${subject}`), agent);
  if (said === undefined) return err(fault("DN5", { code: "denounce-missing", subject, agent }));
  const { proof } = said;
  const reason = command.reason ?? said.reason;
  const fields = { subject, proof, reason, status: "withdrawn" };
  return planned(`denounce ${subject} no more`, fields, context);
}

function planned(
  title: string,
  fields: Readonly<Record<string, string | undefined>> & { readonly subject: string },
  context: PlanContext,
): Planned {
  const path = `denounces/${fields.subject}/${context.agent}.yaml`;
  const said = { ...fields, issuer: context.agent, ...commonFields(context, path, 0) };
  return ok({
    drafts: [{ write: "record", kind: "denounce", path, fields: said, cosigned: true }],
    subject: title,
    tasks: [],
    answer: { tasks: [] },
  });
}
