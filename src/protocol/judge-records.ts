/** The part of the judge that reads the records of a commit, one after the other. */
import { defined } from "../base/assert.ts";
import { fault, type Fault } from "./fault.ts";
import { isAgentId, type AgentId, type PublicKey } from "./ids.ts";
import type { CommitFacts } from "./judge.ts";
import { typeRecords, type Typed } from "./judge-typing.ts";
import type { Context, Incoming } from "./kinds/incoming.ts";
import { DEFAULTS } from "./kinds/mound.ts";
import { isFurniture } from "./paths.ts";
import { awardDue } from "./rules/award-due.ts";
import { keyInForce, refuseNonMember, settings } from "./rules/members.ts";
import { COMMIT_NAMESPACE } from "./signature.ts";
import type { Overlay, View } from "./state.ts";

/** Judges and applies every record; answers them, or the first fault. */
export function judgeRecords(
  before: View,
  state: Overlay,
  facts: CommitFacts,
  time: number,
): readonly Incoming[] | Fault {
  const author = facts.commit!.author.name;
  if (!isAgentId(author)) return fault("LN5", { code: "not-a-member", agent: author });
  const typed = typeRecords(before, facts, author);
  if ("rule" in typed) return typed;
  const context = contextOf(before, state, facts, time, author, typed);
  const found =
    judgeCommitter(before, facts, author, typed) ??
    typed.reduce<Fault | undefined>(
      (first, record) => first ?? judgeCommon(record, context) ?? judgeOne(record, context),
      undefined,
    ) ??
    settle(typed, context) ??
    judgeTree(before, state, facts, typed, context.licensed) ??
    judgeRate(state, author, typed.length, time);
  if (found !== undefined) return found;
  awardDue(context);
  return typed;
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
    before,
    state,
    time,
    author,
    incoming,
    licensed,
    commit: facts.oid,
    license: (path) => void licensed.add(path),
  };
}

/** [LN4] The commit is signed with the key in force of its committer. [LN5] [LN10] */
function judgeCommitter(
  before: View,
  facts: CommitFacts,
  author: AgentId,
  typed: readonly Typed[],
): Fault | undefined {
  if (
    before.get("mound") === undefined &&
    (typed[0]?.kind !== "mound" || before.get("line") !== undefined)
  ) {
    return fault("LN10", {
      code: "lineage",
      detail: "the first commit of a mound holds its mound.yaml",
    });
  }
  const { signature } = facts;
  const committer = facts.commit!.committer.name;
  if (typed.length === 0 && committer !== author) {
    // Without a record, nothing but the commit's own signature says who acts.
    return fault("LN5", {
      code: "author-wrong",
      path: facts.changes[0]!.path,
      author,
      expected: committer,
    });
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
  if (actor !== author)
    return fault("LN5", { code: "author-wrong", path, author, expected: actor });
  const key = actingKey(before, author, incoming as readonly Typed[]);
  if (key === undefined) return defined(refuseNonMember(before, author), "why nobody's key acts");
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
  const known =
    fields.seen === undefined ? founding : before.get(`commit/${fields.seen}`) !== undefined;
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
    if (oid === undefined && good !== undefined && !licensed.has(path) && !isFurniture(path)) {
      return fault("PA3", { code: "removal-illegal", path });
    }
    if (isFurniture(path))
      state.set(`file/${path}`, oid === undefined ? undefined : { oid, at: 0 });
    if (before.get(`astray/${path}`) !== undefined) state.set(`astray/${path}`, undefined);
  }
  for (const path of licensed) {
    if (rewritten.has(path)) continue;
    const change = facts.changes.find((candidate) => candidate.path === path);
    const astray = before.get(`astray/${path}`);
    const remains =
      change === undefined
        ? astray === undefined
          ? before.get(`file/${path}`)?.oid
          : astray.oid
        : change.oid;
    if (remains !== undefined && remains !== null)
      return fault("PA3", { code: "removal-missing", path });
    state.set(`file/${path}`, undefined);
    if (astray !== undefined) state.set(`astray/${path}`, undefined);
  }
  return undefined;
}

/** [AG8] The mound's cap on records for an agent and hour; counted only where there is one. */
function judgeRate(
  state: Overlay,
  author: AgentId,
  count: number,
  time: number,
): Fault | undefined {
  const limit = settings(state).recordsHourMax;
  if (limit === 0) return undefined;
  const hour = Math.floor(time / 3_600_000);
  const before = state.get(`rate/${author}`);
  const total = count + (before?.hour === hour ? before.count : 0);
  if (total > limit)
    return fault("AG8", { code: "cap-reached", agent: author, what: "records an hour", limit });
  state.set(`rate/${author}`, { hour, count: total });
  return undefined;
}
