/**
 * From an intent to files that only lack their signatures. The plan is rehearsed before the judge
 * with the signatures presumed, so that nobody is asked to sign what would be refused.
 */
import { base32 } from "../base/base32.ts";
import { ok, err, type Result } from "../base/result.ts";
import { sha256Text } from "../base/sha256.ts";
import { plan, type Command } from "./commands/index.ts";
import {
  commitTime,
  type Answer,
  type Draft,
  type Plan,
  type PlanContext,
} from "./commands/plan.ts";
import { encodeBody } from "./encode.ts";
import { fault, type Fault } from "./fault.ts";
import type { Oid, PublicKey } from "./ids.ts";
import { judge, type ChangeFacts, type CommitFacts } from "./judge.ts";
import { readRecord } from "./record.ts";
import { keyFingerprint } from "./rules/fingerprint.ts";
import { keyInForce, refuseNonMember } from "./rules/members.ts";
import { COMMIT_NAMESPACE, GENESIS_NAMESPACE, recordNamespace } from "./signature.ts";

export type DecidedFile =
  | {
      readonly write: "record";
      readonly path: string;
      readonly body: string;
      readonly namespace: string;
      readonly cosigned: boolean;
    }
  | { readonly write: "file"; readonly path: string; readonly text: string }
  /** The blob is known to everyone who has the line: nothing is written but its name. */
  | { readonly write: "restore"; readonly path: string; readonly oid: Oid }
  | { readonly write: "removal"; readonly path: string };

export interface Decision {
  readonly files: readonly DecidedFile[];
  readonly message: string;
  /** Commit time in whole seconds. */
  readonly seconds: number;
  readonly answer: Answer;
}

export interface DecideContext extends PlanContext {
  /** The keys that will sign: the acting agent's first, then those of cosigners. */
  readonly keys: readonly PublicKey[];
}

/** Plans a command and rehearses it before the judge; a refusal is a value. */
export function decide(command: Command, context: DecideContext): Result<Decision, Fault> {
  const planned = plan(command, context);
  if (!planned.ok) return planned;
  const { drafts, answer } = planned.value;
  const seconds = commitTime(context) / 1_000;
  if (drafts.length === 0) return ok({ files: [], message: "", seconds, answer });
  const stranger = refuseActor(command, context);
  if (stranger !== undefined) return err(stranger);
  const files = encodeDrafts(drafts, context);
  const message = messageOf(planned.value, context);
  const decision: Decision = { files, message, seconds, answer };
  const refused = rehearse(decision, context);
  return refused === undefined ? ok(decision) : err(refused);
}

/** The judge would find a commit badly signed; here it is known why. */
function refuseActor(command: Command, { view, agent, keys }: DecideContext): Fault | undefined {
  const ownMembership =
    command.type === "init" ||
    command.type === "join" ||
    (command.type === "end-membership" && command.agent === agent);
  if (ownMembership && view.get(`agent/${agent}`)?.status !== "revoked") return undefined;
  const key = keyInForce(view, agent);
  if (key === undefined) return refuseNonMember(view, agent);
  if (key === keys[0]) return undefined;
  return fault("LN4", { code: "key-replaced", agent, fingerprint: keyFingerprint(key) });
}

function encodeDrafts(drafts: readonly Draft[], { view }: DecideContext): readonly DecidedFile[] {
  let moundId = view.get("mound")?.id;
  return drafts.map((draft) => {
    if (draft.write === "removal" || draft.write === "restore") return draft;
    // A file that is laid down may be the id of the mound, which is known only here; no other is touched,
    // for what names its files by their digest is laid down too.
    if (draft.write === "file")
      return { ...draft, text: draft.text.replace(/^\{\{mound\}\}(?=\n?$)/, moundId ?? "") };
    const body = encodeBody(draft.kind, draft.path, draft.fields);
    const founding = moundId === undefined;
    moundId ??= base32(sha256Text(body));
    const namespace = founding ? GENESIS_NAMESPACE : recordNamespace(moundId);
    return {
      write: "record",
      path: draft.path,
      body,
      namespace,
      cosigned: draft.cosigned ?? false,
    };
  });
}

function messageOf({ subject, tasks, undoes = [] }: Plan, { agent }: DecideContext): string {
  const lines = [...tasks.map((task) => `Task: ${task}`), ...undoes.map((oid) => `Undoes: ${oid}`)];
  return `${subject}\n\n${[...lines, `Agent: ${agent}`].join("\n")}\n`;
}

/** No object has such a name: git counts forty hexadecimal digits, these are placeholders. */
const PRESUMED = "presumed" as Oid;

function rehearse(decision: Decision, context: DecideContext): Fault | undefined {
  const verdict = judge(context.view, presumedFacts(decision, context));
  return verdict.accepted ? undefined : verdict.fault;
}

/** The commit of a decision on the tip of the view, signed by all who will; its objects have no names. */
export function presumedFacts(
  decision: Decision,
  context: Pick<DecideContext, "view" | "agent" | "keys">,
): CommitFacts {
  const author = { name: context.agent, email: "", seconds: decision.seconds };
  const line = context.view.get("line");
  return {
    oid: PRESUMED,
    commit: {
      tree: PRESUMED,
      parents: line === undefined ? [] : [line.tip],
      author,
      committer: author,
      message: decision.message,
      messageBytes: new TextEncoder().encode(decision.message).length,
      signature: undefined,
    },
    signature: { key: context.keys[0], namespace: COMMIT_NAMESPACE, valid: true },
    changes: decision.files.map((file) => presume(file, context.keys)),
  };
}

function presume(file: DecidedFile, keys: readonly PublicKey[]): ChangeFacts {
  const { path } = file;
  if (file.write === "removal")
    return { path, mode: undefined, oid: undefined, size: 0, record: undefined, signatures: [] };
  if (file.write === "restore") {
    const restored = { path, mode: "100644", oid: file.oid, size: 0 };
    return { ...restored, record: undefined, signatures: [] };
  }
  const base = { path, mode: "100644", oid: PRESUMED };
  if (file.write === "file")
    return { ...base, size: file.text.length, record: undefined, signatures: [] };
  const read = readRecord(path, new TextEncoder().encode(file.body));
  const signers = file.cosigned ? keys.toSorted() : keys.slice(0, 1);
  const armored = read.ok ? ok({ ...read.value, armors: signers.map(() => "presumed") }) : read;
  const facts = signers.map((key) => ({ key, namespace: file.namespace, valid: true }));
  return { ...base, size: file.body.length, record: armored, signatures: facts };
}
