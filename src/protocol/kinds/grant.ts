import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, integer, line } from "../fields.ts";
import { GRANT_MAX, GRANTED_MAX } from "../limits.ts";
import { creditsOf, grantCredits } from "../rules/ledger.ts";
import { isRoot, refuseNonMember, rootsAmong, settings } from "../rules/members.ts";
import type { Context, Incoming } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";

const fields = z.strictObject({
  kind: z.literal("grant"),
  id: z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9-]{0,38}$/,
        "must be a name of the grant: a-z, 0-9 and -, at most 39",
      ),
    ),
  to: agentId,
  amount: integer(1, GRANT_MAX),
  reason: line,
  by: agentId,
  ...common,
});

type GrantFields = Fields<typeof fields>;

/** Credits that the roots give a member; written once. */
export const grant = kind<GrantFields>({
  name: "grant",
  fields,
  path: (body) => `grants/${body.id}.yaml`,
  actor: (body) => body.by,

  judge(record, context) {
    const { fields: body } = record;
    const { state } = context;
    const wrong = (rule: string, detail: string) => fault(rule, { code: "grant-wrong", detail });
    const unsigned = refuseSigners(record, context);
    if (unsigned !== undefined) return unsigned;
    if (state.get(`grant/${body.id}`) !== undefined)
      return wrong("GR2", `there is a grant ${body.id} already`);
    const stranger = refuseNonMember(state, body.to);
    if (stranger !== undefined) return { ...stranger, rule: "GR3" };
    const { granted } = creditsOf(state);
    if (granted + body.amount > GRANTED_MAX)
      return wrong("GR4", `${granted} of ${GRANTED_MAX} credits are granted`);
    return undefined;
  },

  apply({ fields: { id, to, amount, by } }, { state, time }) {
    grantCredits(state, to, amount);
    state.set(`grant/${id}`, { to, amount, by, at: time });
  },
});

/** [GR1] A root, and as many of them as settle anything else that is the mound's. */
function refuseSigners(
  { path, signers }: Incoming<GrantFields>,
  { before, author }: Context,
): Fault | undefined {
  if (!isRoot(before, author)) return fault("GR1", { code: "not-a-root", agent: author });
  const needed = settings(before).threshold;
  const found = rootsAmong(before, signers);
  return found >= needed
    ? undefined
    : fault("GR1", { code: "signers-too-few", path, needed, found });
}
