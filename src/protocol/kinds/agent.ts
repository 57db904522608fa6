import * as z from "zod/mini";
import { fault, type Fault } from "../fault.ts";
import { agentId, common, line, publicKey } from "../fields.ts";
import { listAble } from "../rules/able.ts";
import { recordSign } from "../rules/deeds.ts";
import { isRoot, keyInForce, rootsAmong, sameButStatus, settings } from "../rules/members.ts";
import { keyFingerprint, keySegment } from "../rules/fingerprint.ts";
import { noteTrust } from "../rules/trust/evidence.ts";
import { admittingVouches } from "../rules/trust/admission.ts";
import type { AgentState, View } from "../state.ts";
import type { Context, Incoming } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";
import { mound } from "./mound.ts";

const fields = z.strictObject({
  kind: z.literal("agent"),
  agent: agentId,
  key: publicKey,
  name: z.optional(line),
  operator: z.optional(agentId),
  status: z.optional(z.enum(["active", "withdrawn", "revoked"])),
  reason: z.optional(line),
  /** Who wrote this rewrite, where it is a root and not the agent itself. */
  by: z.optional(agentId),
  ...common,
});

type AgentFields = Fields<typeof fields>;

/** An identity: a name, an ed25519 key, and perhaps the operator that stands behind it. */
export const agent = kind<AgentFields>({
  name: "agent",
  fields,
  path: (body) => `agents/${body.agent}/agent.yaml`,
  actor: (body) => body.by ?? body.agent,

  judge(record, context) {
    const current = context.before.get(`agent/${record.fields.agent}`);
    return current === undefined
      ? judgeNew(record, context)
      : judgeRewrite(record, current, context);
  },

  apply(record, context) {
    const { state, before, commit, time } = context;
    const body = record.fields;
    const current = before.get(`agent/${body.agent}`);
    const keys = current?.keys ?? [];
    const active = (body.status ?? "active") === "active";
    if (active !== (current?.status === "active")) {
      const can = state.get(`can/${body.agent}`);
      listAble(state, body.agent, active ? undefined : can, active ? can : undefined);
      if (active) recordSign(state, body.agent, time);
    }
    // Who is a member, and which roots act, is what trust begins with.
    noteTrust(state);
    state.set(`key/${body.key}`, body.agent);
    state.set(`agent/${body.agent}`, {
      id: body.agent,
      key: body.key,
      keys: current?.key === body.key ? keys : [...keys, { key: body.key, commit, since: time }],
      status: body.status ?? "active",
      name: body.name,
      operator: body.operator,
      operatorSigned: operatorKey(record, before) !== undefined,
      joined: current?.joined ?? time,
      ended: active ? undefined : (current?.ended ?? time),
    });
  },

  // A root that loses its key or its membership must leave enough roots behind.
  settle: (context) => mound.settle?.(context),
});

/** The operator's key, if it has signed the record. */
function operatorKey({ fields: { operator }, signers }: Incoming<AgentFields>, before: View) {
  const key = operator === undefined ? undefined : keyInForce(before, operator);
  return key !== undefined && signers.includes(key) ? key : undefined;
}

function judgeNew(record: Incoming<AgentFields>, context: Context): Fault | undefined {
  const { before, state } = context;
  const body = record.fields;
  if (body.by !== undefined || (body.status ?? "active") !== "active") {
    return fault("AG2", { code: "not-a-member", agent: body.agent });
  }
  // RE7 has asked for the signature of this very key.
  const holder = before.get(`key/${body.key}`);
  if (holder !== undefined)
    return fault("AG3", { code: "key-taken", agent: body.agent, by: holder });
  const founding = before.get("mound") === undefined;
  if (founding || settings(state).membership === "open") return undefined;
  return refuseUninvited(record, context);
}

/** [AG4] [AG9] An invitation or a root's signature; where membership is `vouched`, else vouches. */
function refuseUninvited(
  record: Incoming<AgentFields>,
  { before, state, time }: Context,
): Fault | undefined {
  const { agent: id, key, operator } = record.fields;
  const invited = before.get(`invite/${keySegment(key)}`) !== undefined;
  if (invited || rootsAmong(before, record.signers) > 0) return undefined;
  const fingerprint = keyFingerprint(key);
  const { membership, vouches: needed } = settings(state);
  if (membership !== "vouched")
    return fault("AG4", { code: "not-invited", agent: id, fingerprint });
  const behind = operatorKey(record, before) === undefined ? undefined : operator;
  const found = admittingVouches(before, { agent: id, key, operator: behind }, time);
  if (found >= needed) return undefined;
  return fault("AG9", { code: "vouches-missing", agent: id, fingerprint, needed, found });
}

function judgeRewrite(
  record: Incoming<AgentFields>,
  current: AgentState,
  { before, author }: Context,
): Fault | undefined {
  const body = record.fields;
  if (current.status === "revoked") {
    return fault("AG5", { code: "agent-revoked", agent: body.agent, status: current.status });
  }
  if (author !== body.agent) return judgeRevocation(record, current, before, author);
  // RE7 has asked for the signature of the key in force.
  if (body.key === current.key) return undefined;
  if (!record.signers.includes(body.key)) {
    return fault("AG6", { code: "signer-wrong", path: record.path, needed: body.key });
  }
  const holder = before.get(`key/${body.key}`);
  return holder === undefined
    ? undefined
    : fault("AG3", { code: "key-taken", agent: body.agent, by: holder });
}

function judgeRevocation(
  record: Incoming<AgentFields>,
  current: AgentState,
  before: Context["before"],
  author: Context["author"],
): Fault | undefined {
  const body = record.fields;
  if (!isRoot(before, author)) return fault("AG7", { code: "not-a-root", agent: author });
  const next = { ...current, key: body.key, name: body.name, operator: body.operator };
  if (body.status === "revoked" && sameButStatus(current, next)) return undefined;
  return fault("AG7", { code: "signer-wrong", path: record.path, needed: current.key });
}
