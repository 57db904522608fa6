/**
 * The shape of a command that comes from another process: what its planner takes for granted. What a
 * value means, and whether it is allowed, the planners and the judge say.
 */
import * as z from "zod/mini";
import { err, ok, type Result } from "../../base/result.ts";
import { AGENT, OID } from "../ids.ts";
import { SEVERITIES } from "../rules/trust/slash.ts";
import { LEVELS } from "../trust-state.ts";
import type { Command } from "./index.ts";

/** Ten years: a time beyond it could not be written as a date. */
const DURATION_MAX_MS = 10 * 366 * 24 * 3_600_000;

/** The last millisecond of the year 9999: a later one has no RFC 3339 form. */
const TIME_MAX_MS = 253_402_300_799_999;

const text = z.string();
const texts = z.array(text);
const whole = z.int().check(z.minimum(0));
const lease = z.optional(z.int().check(z.minimum(1), z.maximum(DURATION_MAX_MS)));
const token = z.optional(z.int().check(z.minimum(1)));
const task = z.string().check(z.maxLength(100));
/** Becomes a part of a path that the planner looks up. */
const agent = z.string().check(z.regex(AGENT));
/** Of a lock; longer than any that is legal. */
const name = z.string().check(z.maxLength(400));

const spec = {
  title: text,
  label: z.optional(text),
  body: z.optional(text),
  needs: z.optional(texts),
  after: z.optional(texts),
  afterAny: z.optional(texts),
  paths: z.optional(texts),
  shared: z.optional(z.boolean()),
  priority: z.optional(whole),
  deadline: z.optional(text),
  lease: z.optional(text),
  attempts: z.optional(whole),
  review: z.optional(z.literal("required")),
  reviewer: z.optional(text),
  parent: z.optional(text),
  trust: z.optional(text),
  value: z.optional(whole),
  stake: z.optional(whole),
  mode: z.optional(z.literal("auction")),
  bids: z.optional(z.enum(["open", "sealed"])),
  bidsUntil: z.optional(text),
  revealsUntil: z.optional(text),
};
const { title: _title, ...clearable } = spec;

/** What founds a mound or changes a key is not among them: it stays with the process that has the key. */
const SHAPES = {
  add: z.strictObject({ type: z.literal("add"), tasks: z.array(z.strictObject(spec)) }),
  award: z.strictObject({ type: z.literal("award"), task }),
  bid: z.strictObject({
    type: z.literal("bid"),
    task,
    stake: z.int().check(z.minimum(1)),
    seal: text,
    eta: lease,
  }),
  can: z.strictObject({
    type: z.literal("can"),
    skills: z.optional(texts),
    add: z.optional(z.boolean()),
    tags: z.optional(texts),
    names: z.optional(texts),
    texts: z.optional(texts),
    skillTags: z.optional(texts),
    load: z.optional(whole),
    capacity: z.optional(z.int().check(z.minimum(1))),
    for: z.optional(
      z.union([z.literal("ever"), z.int().check(z.minimum(1), z.maximum(DURATION_MAX_MS))]),
    ),
  }),
  "keep-can": z.strictObject({
    type: z.literal("keep-can"),
    capacity: z.optional(z.int().check(z.minimum(1))),
    atOnce: z.optional(z.boolean()),
  }),
  cancel: z.strictObject({ type: z.literal("cancel"), task, reason: z.optional(text) }),
  checkpoint: z.strictObject({
    type: z.literal("checkpoint"),
    commit: z.string().check(z.regex(OID)),
    number: z.int().check(z.minimum(1)),
    digest: text,
    until: z.optional(z.int().check(z.minimum(0), z.maximum(TIME_MAX_MS))),
  }),
  claim: z.strictObject({ type: z.literal("claim"), task, lease }),
  configure: z.strictObject({
    type: z.literal("configure"),
    set: z.optional(z.strictObject({ key: text, value: text })),
    addRoot: z.optional(text),
    removeRoot: z.optional(text),
  }),
  decline: z.strictObject({
    type: z.literal("decline"),
    task,
    reason: z.optional(text),
    length: lease,
  }),
  denounce: z.strictObject({
    type: z.literal("denounce"),
    subject: agent,
    proof: z.string().check(z.regex(OID)),
    reason: text,
    severity: z.optional(z.enum(SEVERITIES)),
  }),
  edit: z.strictObject({
    type: z.literal("edit"),
    task,
    changes: z.partial(z.strictObject(spec)),
    clear: z.optional(z.array(z.enum(Object.keys(clearable) as [string, ...string[]]))),
  }),
  "end-membership": z.strictObject({
    type: z.literal("end-membership"),
    agent: text,
    status: z.enum(["withdrawn", "revoked"]),
    reason: z.optional(text),
  }),
  finish: z.strictObject({
    type: z.literal("finish"),
    task,
    outcome: z.enum(["done", "failed", "released"]),
    token,
    result: z.optional(text),
    resultSha256: z.optional(text),
    reason: z.optional(text),
    refs: z.optional(texts),
  }),
  grant: z.strictObject({
    type: z.literal("grant"),
    to: text,
    amount: z.int().check(z.minimum(1)),
    reason: text,
  }),
  invite: z.strictObject({
    type: z.literal("invite"),
    fingerprint: text,
    note: z.optional(text),
  }),
  join: z.strictObject({
    type: z.literal("join"),
    key: text,
    name: z.optional(text),
    operator: z.optional(text),
    operatorSigns: z.optional(z.boolean()),
    skills: z.optional(texts),
  }),
  lock: z.strictObject({ type: z.literal("lock"), name, lease }),
  next: z.strictObject({
    type: z.literal("next"),
    lease,
    except: z.optional(texts),
    yields: z.optional(z.boolean()),
  }),
  renew: z.strictObject({
    type: z.literal("renew"),
    task,
    lease,
    wish: z.optional(z.boolean()),
    token,
    progress: z.optional(
      z.strictObject({
        percent: z.optional(z.int().check(z.minimum(0), z.maximum(100))),
        note: z.optional(text),
        checkpoint: z.optional(text),
      }),
    ),
  }),
  "renew-lock": z.strictObject({ type: z.literal("renew-lock"), name, lease, token }),
  repair: z.strictObject({ type: z.literal("repair") }),
  reveal: z.strictObject({
    type: z.literal("reveal"),
    task,
    eta: z.int().check(z.minimum(1), z.maximum(DURATION_MAX_MS)),
    salt: text,
  }),
  review: z.strictObject({
    type: z.literal("review"),
    task,
    accept: z.boolean(),
    reason: z.optional(text),
  }),
  undenounce: z.strictObject({
    type: z.literal("undenounce"),
    subject: agent,
    reason: z.optional(text),
  }),
  unlock: z.strictObject({ type: z.literal("unlock"), name, token }),
  unvouch: z.strictObject({
    type: z.literal("unvouch"),
    subject: agent,
    reason: z.optional(text),
  }),
  vouch: z.strictObject({
    type: z.literal("vouch"),
    subject: agent,
    fingerprint: z.optional(text),
    scope: z.optional(text),
    level: z.optional(z.enum(LEVELS)),
    reason: text,
    length: lease,
    until: z.optional(text),
    cites: z.optional(texts),
  }),
  signal: z.strictObject({
    type: z.literal("signal"),
    topic: text,
    mark: z.enum(["need", "stuck", "heat", "warn", "trail"]),
    strength: whole,
    halfLife: lease,
    note: z.optional(text),
  }),
  "withdraw-bid": z.strictObject({ type: z.literal("withdraw-bid"), task }),
};

/** Reads a command that came as JSON; the error says where it has another shape. */
export function readCommand(input: unknown): Result<Command, string> {
  const type = (input as { readonly type?: unknown } | null | undefined)?.type;
  const shape = typeof type === "string" && Object.hasOwn(SHAPES, type) ? type : undefined;
  if (shape === undefined) return err("it is of no known type");
  const read = z.safeParse(SHAPES[shape as keyof typeof SHAPES], input);
  if (read.success) return ok(read.data as Command);
  const [issue] = read.error.issues;
  return err(`${issue?.path.join(".") || "the command"}: ${issue?.message ?? "has another shape"}`);
}
