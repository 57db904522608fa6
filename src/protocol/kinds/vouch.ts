import * as z from "zod/mini";
import { ownEntry } from "../../base/own-entry.ts";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, fingerprint, instant, line } from "../fields.ts";
import type { AgentId } from "../ids.ts";
import { VOUCH_MAX_MS } from "../limits.ts";
import { keyFingerprint } from "../rules/fingerprint.ts";
import { isAkin } from "../rules/operators.ts";
import { noteTrust } from "../rules/trust/evidence.ts";
import type { View } from "../state.ts";
import { LEVELS, type VouchState } from "../trust-state.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("vouch"),
  subject: agentId,
  issuer: agentId,
  /** Of the key that is vouched for: nobody inherits a name. */
  fingerprint,
  scope: z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9+._>=<-]{0,39}\*?$/,
        "must be all, a skill, or the beginning of skills and *, such as lang.*",
      ),
    ),
  level: z.enum(LEVELS),
  reason: line,
  until: instant,
  status: z.optional(z.literal("withdrawn")),
  ...common,
});

type VouchFields = Fields<typeof fields>;

/** A member's word for a key, be it a member's already or not: what trust begins with. */
export const vouch = kind<VouchFields>({
  name: "vouch",
  fields,
  path: (body) => `vouches/${body.subject}/${body.issuer}.yaml`,
  actor: (body) => body.issuer,

  judge({ fields: body }, { before, state, time }) {
    if (body.status !== "withdrawn") return refuseParties(body, before) ?? refuseLength(body);
    const said = ownEntry(state.get(`vouch/${body.subject}`), body.issuer);
    if (said !== undefined && time < said.until) return undefined;
    return wrong("VO5", body.subject, `${body.issuer} vouches for no agent of that name`);
  },

  apply({ fields: body }, { state, time }) {
    const { subject, issuer, fingerprint: key, scope, level, at, until, reason } = body;
    const kept = inForce(state, subject, issuer, time);
    const said = { fingerprint: key, scope, level, at, until, reason };
    const next = body.status === "withdrawn" ? kept : { ...kept, [issuer]: said };
    state.set(`vouch/${subject}`, Object.keys(next).length === 0 ? undefined : next);
    noteTrust(state);
  },
});

function refuseParties(
  { subject, issuer, fingerprint: key }: VouchFields,
  before: View,
): Fault | undefined {
  const own = before.get(`agent/${issuer}`)?.key;
  if (subject === issuer || (own !== undefined && keyFingerprint(own) === key))
    return wrong("VO1", subject, "nobody vouches for themselves");
  if (isAkin(before, subject, issuer))
    return wrong(
      "VO2",
      subject,
      `${issuer} and ${subject} are run by the same operator, or one by the other`,
    );
  const known = before.get(`agent/${subject}`);
  if (known === undefined) return undefined;
  if (known.status === "revoked") return wrong("VO3", subject, `${subject} is revoked, for good`);
  if (keyFingerprint(known.key) === key) return undefined;
  return wrong("VO3", subject, `the key in force of ${subject} is ${keyFingerprint(known.key)}`);
}

function refuseLength({ subject, at, until }: VouchFields): Fault | undefined {
  if (until > at && until <= at + VOUCH_MAX_MS) return undefined;
  return wrong(
    "VO4",
    subject,
    until > at ? "it is for more than a year" : "it ends before it begins",
  );
}

/** What others say of the subject; what is over is forgotten. */
function inForce(
  state: View,
  subject: AgentId,
  issuer: AgentId,
  time: number,
): Readonly<Record<string, VouchState>> {
  const vouches = Object.entries(state.get(`vouch/${subject}`) ?? {});
  return Object.fromEntries(vouches.filter(([by, { until }]) => by !== issuer && time < until));
}

function wrong(rule: string, subject: AgentId, detail: string): Fault {
  return fault(rule, { code: "vouch-wrong", subject, detail });
}
