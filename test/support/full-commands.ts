import type { Command } from "../../src/protocol/commands/index.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { madeKey } from "./world-files.ts";

type Deep<T> = T extends readonly (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Deep<NonNullable<T[Key]>> }
    : T;

/** A command with everything that it may have. */
export type Full<Type extends Command["type"]> = Deep<Extract<Command, { readonly type: Type }>>;

const task = "k3f9qz7-fix-login";
const spec = {
  title: "Fix the login",
  label: "login",
  body: "It hangs.\nAlways.",
  needs: ["git"],
  after: [task],
  afterAny: [task],
  paths: ["src/login/**"],
  shared: true,
  priority: 4,
  deadline: "2027-01-01T00:00:00.000Z",
  lease: "30m",
  attempts: 3,
  review: "required",
  reviewer: "ant-1",
  parent: task,
  trust: "0.4",
  value: 5,
  stake: 2,
  mode: "auction",
  bids: "sealed",
  bidsUntil: "2027-01-01T00:00:00.000Z",
  revealsUntil: "2027-01-01T01:00:00.000Z",
} as const;

/** Every command that an agent may hand to a daemon; a field that is new is missing here, and tsc says so. */
export const FULL_COMMANDS: {
  readonly [Type in Exclude<Command["type"], "furnish" | "init" | "rotate">]: Full<Type>;
} = {
  add: { type: "add", tasks: [spec, { ...spec, label: "other" }] },
  award: { type: "award", task },
  bid: { type: "bid", task, stake: 4, seal: "0".repeat(64), eta: 60_000 },
  can: {
    type: "can",
    skills: ["git"],
    add: true,
    tags: ["gpu"],
    names: ["git Git"],
    texts: ["git Knows its way about objects."],
    skillTags: ["git vcs plumbing"],
    load: 1,
    capacity: 4,
    for: 60_000,
  },
  cancel: { type: "cancel", task, reason: "not needed" },
  checkpoint: {
    type: "checkpoint",
    commit: "1".repeat(40) as Oid,
    number: 7,
    digest: "0".repeat(64),
    until: Date.UTC(2027, 0, 1),
  },
  claim: { type: "claim", task, lease: 60_000 },
  configure: {
    type: "configure",
    set: { key: "claims_max", value: "3" },
    addRoot: "ant-1",
    removeRoot: "ant-2",
  },
  decline: { type: "decline", task, reason: "not mine", length: 60_000 },
  denounce: {
    type: "denounce",
    subject: "ant-1",
    proof: "1".repeat(40),
    reason: "took what was not its own",
    severity: "half",
  },
  edit: { type: "edit", task, changes: spec, clear: ["deadline", "paths"] },
  "end-membership": {
    type: "end-membership",
    agent: "ant-1",
    status: "revoked",
    reason: "its key was lost",
  },
  finish: {
    type: "finish",
    task,
    outcome: "done",
    token: 1,
    result: "it works",
    resultSha256: "0".repeat(64),
    reason: "because",
    refs: ["https://example.org/1"],
  },
  grant: { type: "grant", to: "ant-1", amount: 100, reason: "a good start" },
  invite: { type: "invite", fingerprint: `SHA256:${"A".repeat(43)}`, note: "the new one" },
  join: {
    type: "join",
    key: madeKey("joining"),
    name: "An ant",
    operator: "root",
    operatorSigns: true,
    skills: ["git"],
  },
  lock: { type: "lock", name: "leader/research", lease: 60_000 },
  "keep-can": { type: "keep-can", capacity: 4, atOnce: true },
  next: { type: "next", yields: true, lease: 60_000, except: [task] },
  renew: {
    type: "renew",
    task,
    lease: 60_000,
    wish: true,
    token: 1,
    progress: { percent: 50, note: "half of it", checkpoint: "line 7" },
  },
  "renew-lock": { type: "renew-lock", name: "deploy", lease: 60_000, token: 1 },
  repair: { type: "repair" },
  reveal: { type: "reveal", task, eta: 60_000, salt: "0".repeat(32) },
  review: { type: "review", task, accept: false, reason: "it hangs still" },
  undenounce: { type: "undenounce", subject: "ant-1", reason: "it was I" },
  unlock: { type: "unlock", name: "deploy", token: 1 },
  unvouch: { type: "unvouch", subject: "ant-1", reason: "not so sure" },
  vouch: {
    type: "vouch",
    subject: "ant-1",
    fingerprint: `SHA256:${"A".repeat(43)}`,
    scope: "lang.*",
    level: "high",
    reason: "worked with it for a year",
    length: 60_000,
    until: "2027-01-01T00:00:00.000Z",
    cites: ["another mound, ant-9"],
  },
  signal: {
    type: "signal",
    topic: "path/src/login",
    mark: "warn",
    strength: 7,
    halfLife: 7_200_000,
    note: "it hangs",
  },
  "withdraw-bid": { type: "withdraw-bid", task },
};
