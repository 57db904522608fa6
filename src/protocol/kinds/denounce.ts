import * as z from "zod/mini";
import { ownEntry } from "../../base/own-entry.ts";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, line, oid } from "../fields.ts";
import type { AgentId } from "../ids.ts";
import { effectiveRoots, rootsAmong } from "../rules/members.ts";
import { noteTrust } from "../rules/trust/evidence.ts";
import { QUARTERS, SEVERITIES, slash } from "../rules/trust/slash.ts";
import type { View } from "../state.ts";
import type { Context, Incoming } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("denounce"),
  subject: agentId,
  issuer: agentId,
  /** The commit that shows it. */
  proof: oid,
  reason: line,
  /** What two thirds of the roots take for it. */
  severity: z.optional(z.enum(SEVERITIES)),
  status: z.optional(z.literal("withdrawn")),
  ...common,
});

type DenounceFields = Fields<typeof fields>;

/** A member's word against another. It goes one step; it slashes where the log proves it, or the roots say so. */
export const denounce = kind<DenounceFields>({
  name: "denounce",
  fields,
  path: (body) => `denounces/${body.subject}/${body.issuer}.yaml`,
  actor: (body) => body.issuer,

  judge(record, { before, state }) {
    const { subject, issuer, proof, status } = record.fields;
    if (status === "withdrawn") {
      if (ownEntry(state.get(`denounced/${subject}`), issuer) !== undefined) return undefined;
      return wrong("DN5", subject, `${issuer} has not denounced ${subject}`);
    }
    if (before.get(`agent/${subject}`) === undefined)
      return wrong("DN1", subject, `nobody called ${subject} ever joined`);
    if (subject === issuer) return wrong("DN1", subject, "nobody denounces themselves");
    if (before.get(`commit/${proof}`) === undefined)
      return wrong("DN2", subject, `${proof} is no commit of the line`);
    return refuseSeverity(record, before);
  },

  apply({ fields: body }, context) {
    const { state } = context;
    const { subject, issuer, at, proof, reason } = body;
    const { [issuer]: _former, ...others } = state.get(`denounced/${subject}`) ?? {};
    const next =
      body.status === "withdrawn" ? others : { ...others, [issuer]: { at, proof, reason } };
    state.set(`denounced/${subject}`, Object.keys(next).length === 0 ? undefined : next);
    noteTrust(state);
    if (body.status !== "withdrawn") punish(body, context);
  },
});

/** [DN3] [DN4]: what the roots take, they take with two thirds of their signatures, and once for each proof. */
function refuseSeverity(
  { fields: body, path, signers }: Incoming<DenounceFields>,
  before: View,
): Fault | undefined {
  if (body.severity === undefined) return undefined;
  const needed = Math.ceil((effectiveRoots(before).length * 2) / 3);
  const found = rootsAmong(before, signers);
  if (found < needed) return fault("DN3", { code: "signers-too-few", path, needed, found });
  if (!isPunished(before, body.subject, body.proof)) return undefined;
  return wrong("DN4", body.subject, `${body.subject} was slashed for ${body.proof} already`);
}

/** [DN4] A cheat that nobody has denounced yet slashes by itself; by how much, the table of cheats says. */
function punish({ subject, proof, severity }: DenounceFields, { state, time }: Context): void {
  const cheat = state.get(`cheat/${proof}`);
  const own = cheat?.agent === subject && !isPunished(state, subject, proof) ? cheat : undefined;
  const quarters = severity === undefined ? own?.quarters : QUARTERS[severity];
  if (quarters !== undefined) slash(state, subject, { quarters, proof }, own?.vouchers ?? [], time);
}

function isPunished(view: View, subject: AgentId, proof: string): boolean {
  return (view.get(`slashed/${subject}`) ?? []).some((one) => one.proof === proof);
}

function wrong(rule: string, subject: AgentId, detail: string): Fault {
  return fault(rule, { code: "denounce-wrong", subject, detail });
}
