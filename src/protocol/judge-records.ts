/** The part of the judge that reads the records of a commit, one after the other. */
import { fault, type Fault } from "./fault.ts";
import { isAgentId, type AgentId, type PublicKey } from "./ids.ts";
import type { ChangeFacts, CommitFacts } from "./judge.ts";
import { kindNamed } from "./kinds/index.ts";
import type { Context, Incoming, Kind } from "./kinds/kind.ts";
import { DEFAULTS } from "./kinds/mound.ts";
import { isFurniture } from "./paths.ts";
import type { Body } from "./record.ts";
import { effectiveRoots, keyInForce, refuseNonMember, settings } from "./rules/members.ts";
import { COMMIT_NAMESPACE, GENESIS_NAMESPACE, recordNamespace } from "./signature.ts";
import type { Overlay, View } from "./state.ts";
import { base32 } from "../base/base32.ts";
import { sha256 } from "../base/sha256.ts";

interface Typed extends Incoming {
  readonly definition: Kind;
  readonly order: number;
  readonly change: ChangeFacts;
}

/** Judges and applies every record; answers them, or the first fault. */
export function judgeRecords(before: View, state: Overlay, facts: CommitFacts, time: number): readonly Incoming[] | Fault {
  const author = facts.commit!.author.name;
  if (!isAgentId(author)) return fault("LN5", { code: "not-a-member", agent: author });
  const typed = typeRecords(before, facts, author);
  if ("rule" in typed) return typed;
  const context = contextOf(before, state, facts, time, author, typed);
  const found =
    judgeCommitter(before, facts, author, typed) ??
    typed.reduce<Fault | undefined>((first, record) => first ?? judgeCommon(record, context) ?? judgeOne(record, context), undefined) ??
    settle(typed, context) ??
    judgeTree(before, state, facts, typed, context.licensed) ??
    judgeRate(state, author, typed.length, time);
  return found ?? typed;
}

/** Reads the changed files that are records: those that do not restore what the state already has. */
function typeRecords(before: View, facts: CommitFacts, author: AgentId): readonly Typed[] | Fault {
  const typed: Typed[] = [];
  const genesis = before.get("mound") === undefined;
  const namespaces = genesis ? genesisNamespaces(facts) : undefined;
  for (const change of facts.changes) {
    // [PA5] Restoring the state's bytes, or absence, is always legal.
    if (change.oid === before.get(`file/${change.path}`)?.oid) continue;
    if (isFurniture(change.path)) {
      if (mayTouchFurniture(before, facts, author)) continue;
      return fault("PA4", { code: "furniture", path: change.path, agent: author });
    }
    if (change.oid === undefined) continue;
    const namespace = namespaces?.(change.path) ?? recordNamespace(before.get("mound")?.id ?? "");
    const record = typeRecord(change, namespace);
    if ("rule" in record) return record;
    typed.push(record);
  }
  return typed.toSorted((a, b) => a.order - b.order || (a.path < b.path ? -1 : 1));
}

/** [RE1] to [RE6]: what a file says of itself. */
function typeRecord(change: ChangeFacts, namespace: string): Typed | Fault {
  const { path } = change;
  if (change.record === undefined) return fault("RE1", { code: "record-too-large", path, size: change.size });
  if (!change.record.ok) return change.record.error;
  const { body, signed, armors } = change.record.value;
  const read = typeBody(path, body);
  if ("rule" in read) return read;
  if (armors.length === 0) return fault("RE6", { code: "unsigned", path });
  const signers: PublicKey[] = [];
  for (const signature of change.signatures) {
    const flaw = signatureFlaw(signature, namespace, signers.at(-1));
    if (flaw !== undefined) return fault("RE6", { code: "signature-invalid", path, detail: flaw });
    signers.push(signature.key!);
  }
  const { definition, order, fields } = read;
  return { kind: definition.name, path, oid: change.oid!, fields, signers, signed, definition, order, change };
}

/** [RE3] [RE4] [RE5]: what a body says by itself: its kind, its fields, and the path that they give. */
export function typeBody(path: string, body: Body): Pick<Typed, "definition" | "order" | "fields"> | Fault {
  const name = body.get("kind");
  const known = typeof name === "string" ? kindNamed(name) : undefined;
  if (known === undefined) return fault("RE3", { code: "kind-unknown", path, kind: String(name ?? "") });
  const plain = Object.fromEntries([...body].filter(([key]) => !key.startsWith("x-")));
  const parsed = known.kind.fields.safeParse(plain);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const keys = "keys" in issue ? issue.keys.join(", ") : "";
    const field = keys === "" ? String(issue.path[0] ?? "") : keys;
    const missing = issue.path.length > 0 && !body.has(String(issue.path[0]));
    const detail = keys === "" ? (missing ? "is missing" : issue.message) : "is not a field of this kind";
    return fault("RE4", { code: "field-invalid", path, field, detail });
  }
  const fields = parsed.data as unknown as Incoming["fields"];
  const expected = known.kind.path(fields);
  if (expected !== path) return fault("RE5", { code: "path-wrong", path, expected });
  return { definition: known.kind, order: known.order, fields };
}

function signatureFlaw(
  signature: ChangeFacts["signatures"][number],
  namespace: string,
  previous: PublicKey | undefined,
): string | undefined {
  if (signature.key === undefined) return "it is not an ed25519 SSHSIG as ssh-keygen writes it";
  if (signature.namespace !== namespace) return `its namespace is ${signature.namespace || "empty"}, not ${namespace}`;
  if (!signature.valid) return "it does not fit the body; was the file changed after it was signed?";
  if (previous !== undefined && signature.key <= previous) return "the signatures are not in order of key";
  return undefined;
}

/** The first mound.yaml cannot name its own digest; every other record of that commit can. */
function genesisNamespaces(facts: CommitFacts): (path: string) => string {
  const first = facts.changes.find((change) => change.path === "mound.yaml")?.record;
  const id = first?.ok === true ? base32(sha256(first.value.signed)) : "";
  return (path) => (path === "mound.yaml" ? GENESIS_NAMESPACE : recordNamespace(id));
}

function contextOf(
  before: View,
  state: Overlay,
  facts: CommitFacts,
  time: number,
  author: AgentId,
  incoming: readonly Incoming[],
): Context & { readonly licensed: Set<string> } {
  const licensed = new Set<string>();
  return {
    before, state, time, author, incoming, licensed,
    commit: facts.oid,
    license: (path) => void licensed.add(path),
  };
}

/** [LN4] The commit is signed with the key in force of its committer. [LN5] [LN10] */
function judgeCommitter(before: View, facts: CommitFacts, author: AgentId, typed: readonly Typed[]): Fault | undefined {
  if (before.get("mound") === undefined && (typed[0]?.kind !== "mound" || before.get("line") !== undefined)) {
    return fault("LN10", { code: "lineage", detail: "the first commit of a mound holds its mound.yaml" });
  }
  const { signature } = facts;
  const committer = facts.commit!.committer.name;
  if (typed.length === 0 && committer !== author) {
    // Without a record, nothing but the commit's own signature says who acts.
    return fault("LN5", { code: "author-wrong", path: facts.changes[0]!.path, author, expected: committer });
  }
  const acting = committer === author && typed.length > 0;
  const key = acting ? actingKey(before, author, typed) : keyInForce(before, committer);
  const detail =
    signature === undefined
      ? "it is not signed"
      : signature.namespace !== COMMIT_NAMESPACE || !signature.valid
        ? "its signature is not valid"
        : key === undefined || signature.key !== key
          ? `it is not signed with the key in force of its committer ${committer}`
          : undefined;
  return detail === undefined ? undefined : fault("LN4", { code: "commit-signature", detail });
}

/** The key an agent acts with: the one before the commit, or the one that it joins with. */
function actingKey(before: View, author: AgentId, typed: readonly Typed[]): PublicKey | undefined {
  const current = before.get(`agent/${author}`);
  if (current !== undefined) return current.status === "revoked" ? undefined : current.key;
  const joining = typed.find((record) => record.path === `agents/${author}/agent.yaml`);
  return (joining?.fields as { key?: PublicKey } | undefined)?.key;
}

/** [LN3] [LN5] [RE7] to [RE10]: what holds of every record, whatever its kind. */
function judgeCommon(record: Typed, context: Context): Fault | undefined {
  const { before, author, time, incoming, state } = context;
  const { path, fields, signers } = record;
  const actor = record.definition.actor(fields) ?? author;
  if (actor !== author) return fault("LN5", { code: "author-wrong", path, author, expected: actor });
  const key = actingKey(before, author, incoming as readonly Typed[]);
  if (key === undefined) return refuseNonMember(before, author) ?? fault("AG1", { code: "not-a-member", agent: author });
  if (!signers.includes(key)) return fault("RE7", { code: "signer-wrong", path, needed: key });
  const skew = before.get("mound") === undefined ? DEFAULTS.skew : settings(before).skew;
  if (fields.at < time - skew || fields.at > time + skew) {
    return fault("LN3", { code: "clock-skew", path, at: fields.at, time, skew });
  }
  if (state.get(`nonce/${fields.nonce}`) !== undefined) {
    return fault("RE8", { code: "nonce-used", path, nonce: fields.nonce });
  }
  const file = before.get(`file/${path}`);
  if (file !== undefined && fields.at <= file.at) {
    return fault("RE9", { code: "time-not-later", path, at: fields.at, before: file.at });
  }
  const founding = before.get("mound") === undefined;
  const own = path === `agents/${author}/agent.yaml`;
  const stranger = founding || own ? undefined : refuseNonMember(state, author);
  if (stranger !== undefined) return stranger;
  const known = fields.seen === undefined ? founding : before.get(`commit/${fields.seen}`) !== undefined;
  return known ? undefined : fault("RE10", { code: "seen-unknown", path, seen: fields.seen ?? "" });
}

function judgeOne(record: Typed, context: Context): Fault | undefined {
  const found = record.definition.judge(record, context);
  if (found !== undefined) return found;
  record.definition.apply(record, context);
  context.state.set(`nonce/${record.fields.nonce}`, 1);
  context.state.set(`file/${record.path}`, { oid: record.oid, at: record.fields.at });
  return undefined;
}

function settle(typed: readonly Typed[], context: Context): Fault | undefined {
  const definitions = new Set(typed.map((record) => record.definition));
  for (const definition of definitions) {
    const found = definition.settle?.(context);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** [PA3] What the commit removes is licensed; what is licensed is gone; the rest is as accepted. */
function judgeTree(
  before: View,
  state: Overlay,
  facts: CommitFacts,
  typed: readonly Typed[],
  licensed: ReadonlySet<string>,
): Fault | undefined {
  const rewritten = new Set(typed.map((record) => record.path));
  for (const { path, oid } of facts.changes) {
    const good = before.get(`file/${path}`);
    if (oid === undefined && good !== undefined && !licensed.has(path) && !(isFurniture(path))) {
      return fault("PA3", { code: "removal-illegal", path });
    }
    if (isFurniture(path)) state.set(`file/${path}`, oid === undefined ? undefined : { oid, at: 0 });
    if (before.get(`astray/${path}`) !== undefined) state.set(`astray/${path}`, undefined);
  }
  for (const path of licensed) {
    if (rewritten.has(path)) continue;
    const change = facts.changes.find((candidate) => candidate.path === path);
    const astray = before.get(`astray/${path}`);
    const remains = change === undefined ? (astray === undefined ? before.get(`file/${path}`)?.oid : astray.oid) : change.oid;
    if (remains !== undefined && remains !== null) return fault("PA3", { code: "removal-missing", path });
    state.set(`file/${path}`, undefined);
    if (astray !== undefined) state.set(`astray/${path}`, undefined);
  }
  return undefined;
}

/** [AG8] The mound's cap on records for an agent and hour; counted only where there is one. */
function judgeRate(state: Overlay, author: AgentId, count: number, time: number): Fault | undefined {
  const limit = settings(state).recordsHourMax;
  if (limit === 0) return undefined;
  const hour = Math.floor(time / 3_600_000);
  const before = state.get(`rate/${author}`);
  const total = count + (before?.hour === hour ? before.count : 0);
  if (total > limit) return fault("AG8", { code: "cap-reached", agent: author, what: "records an hour", limit });
  state.set(`rate/${author}`, { hour, count: total });
  return undefined;
}

/** [PA4] What `init` lays down carries no signature of its own: the commit is signed by a root. */
function mayTouchFurniture(before: View, facts: CommitFacts, author: AgentId): boolean {
  if (before.get("mound") === undefined) return true;
  const key = facts.signature?.valid === true ? facts.signature.key : undefined;
  return effectiveRoots(before).some((root) => root.key === key && root.agent === author);
}
