import * as z from "zod/mini";
import { base32 } from "../../base/base32.ts";
import { sha256 } from "../../base/sha256.ts";
import { fault } from "../fault.ts";
import { common, duration, integer, line, list, share } from "../fields.ts";
import type { AgentId, PublicKey } from "../ids.ts";
import { LEASE_MIN_MS, SKEW_MS } from "../limits.ts";
import { COOLING_MAX_MS } from "../rules/cooling.ts";
import { effectiveRoots, rootsAmong, settings } from "../rules/members.ts";
import type { Incoming } from "./incoming.ts";
import { kind, type Fields } from "./kind.ts";
import { PROTOCOL } from "../version.ts";

const ROOT =
  /^([a-z0-9][a-z0-9_-]{0,38}) ((?:ssh-ed25519|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/]+={0,2})$/;

const fields = z.strictObject({
  kind: z.literal("mound"),
  protocol: integer(1),
  name: line,
  membership: z.enum(["open", "invited", "vouched"]),
  roots: list(z.string().check(z.regex(ROOT, "must be `agent ssh-ed25519 AAAA...`")), 32),
  threshold: integer(1, 16),
  lease_default: z.optional(duration),
  lease_max: z.optional(duration),
  skew: z.optional(duration),
  claims_max: z.optional(integer(1)),
  tasks_open_max: z.optional(integer(0)),
  records_hour_max: z.optional(integer(0)),
  vouches: z.optional(integer(1, 16)),
  vouch_trust: z.optional(share),
  limits: z.optional(z.enum(["fixed", "trusted"])),
  cooldown: z.optional(duration),
  quarantine: z.optional(integer(0, 99)),
  review_value: z.optional(integer(0)),
  review_trust: z.optional(share),
  ...common,
});

type MoundFields = Fields<typeof fields>;

const HOUR = 3_600_000;
/** Defaults of a new mound, and of any setting that is not written down. */
export const DEFAULTS = {
  leaseDefault: HOUR,
  leaseMax: 8 * HOUR,
  skew: SKEW_MS,
  claimsMax: 16,
  tasksOpenMax: 0,
  recordsHourMax: 0,
  vouches: 2,
  vouchTrust: 200,
  limits: "fixed",
  cooldown: 0,
  quarantine: 0,
  reviewValue: 0,
  reviewTrust: 300,
} as const;

/** The mound's own record: its roots, who may join, and its limits. */
export const mound = kind<MoundFields>({
  name: "mound",
  fields,
  path: () => "mound.yaml",
  actor: () => undefined,

  judge(record, { before, author }) {
    const next = read(record, "");
    const detail = flaw(next);
    if (detail !== undefined) return fault("MO1", { code: "config-invalid", detail });
    const current = before.get("mound");
    if (current === undefined) {
      if (next.protocol !== PROTOCOL)
        return fault("LN8", { code: "protocol-unknown", found: next.protocol });
      const founder = next.roots.find((root) => root.agent === author);
      if (founder === undefined) return fault("MO2", { code: "not-a-root", agent: author });
      if (record.signers.includes(founder.key)) return undefined;
      return fault("MO2", { code: "signer-wrong", path: record.path, needed: founder.key });
    }
    if (!effectiveRoots(before).some((root) => root.agent === author)) {
      return fault("MO3", { code: "not-a-root", agent: author });
    }
    const found = rootsAmong(before, record.signers);
    if (found >= current.threshold) return undefined;
    return fault("MO3", {
      code: "signers-too-few",
      path: record.path,
      needed: current.threshold,
      found,
    });
  },

  apply(record, { before, state }) {
    const id = before.get("mound")?.id ?? base32(sha256(record.signed));
    state.set("mound", read(record, id));
  },

  settle({ state }) {
    const { threshold } = settings(state);
    const roots = effectiveRoots(state).length;
    if (roots >= threshold) return undefined;
    const detail = `after this change ${roots} roots could act, and ${threshold} must sign`;
    return fault("MO4", { code: "config-invalid", detail });
  },
});

function read({ fields: body }: Incoming<MoundFields>, id: string) {
  return {
    id,
    name: body.name,
    protocol: body.protocol,
    membership: body.membership,
    roots: body.roots.map((text) => {
      const [, agent, key] = ROOT.exec(text)!;
      return { agent: agent as AgentId, key: key as PublicKey };
    }),
    threshold: body.threshold,
    leaseDefault: body.lease_default ?? DEFAULTS.leaseDefault,
    leaseMax: body.lease_max ?? DEFAULTS.leaseMax,
    skew: body.skew ?? DEFAULTS.skew,
    claimsMax: body.claims_max ?? DEFAULTS.claimsMax,
    tasksOpenMax: body.tasks_open_max ?? DEFAULTS.tasksOpenMax,
    recordsHourMax: body.records_hour_max ?? DEFAULTS.recordsHourMax,
    vouches: body.vouches ?? DEFAULTS.vouches,
    vouchTrust: body.vouch_trust ?? DEFAULTS.vouchTrust,
    limits: body.limits ?? DEFAULTS.limits,
    cooldown: body.cooldown ?? DEFAULTS.cooldown,
    quarantine: body.quarantine ?? DEFAULTS.quarantine,
    reviewValue: body.review_value ?? DEFAULTS.reviewValue,
    reviewTrust: body.review_trust ?? DEFAULTS.reviewTrust,
  };
}

function flaw(next: ReturnType<typeof read>): string | undefined {
  if (next.roots.length === 0) return "a mound has at least one root";
  if (new Set(next.roots.map((root) => root.agent)).size < next.roots.length)
    return "a root is listed twice";
  if (next.threshold > next.roots.length) return "the threshold is above the number of roots";
  if (next.leaseDefault < LEASE_MIN_MS) return "the shortest lease is 1s";
  if (next.cooldown > COOLING_MAX_MS) return "the longest cooldown is 24h";
  if (next.leaseDefault > next.leaseMax) return "lease_default is longer than lease_max";
  return undefined;
}
