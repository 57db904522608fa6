/** The part of the judge that types the files of a commit: what each says of itself, and who signed it. */
import { base32 } from "../base/base32.ts";
import { sha256 } from "../base/sha256.ts";
import { fault, type Fault } from "./fault.ts";
import type { AgentId, PublicKey } from "./ids.ts";
import type { ChangeFacts, CommitFacts } from "./judge.ts";
import { kindNamed } from "./kinds/index.ts";
import type { Incoming } from "./kinds/incoming.ts";
import type { Kind } from "./kinds/kind.ts";
import { isFurniture } from "./paths.ts";
import type { Body } from "./record.ts";
import { effectiveRoots } from "./rules/members.ts";
import { GENESIS_NAMESPACE, recordNamespace } from "./signature.ts";
import type { View } from "./state.ts";

/** A record of the commit under judgement, and the kind that judges it. */
export interface Typed extends Incoming {
  readonly definition: Kind;
  readonly order: number;
  readonly change: ChangeFacts;
}

/** Reads the changed files that are records: those that do not restore what the state already has. */
export function typeRecords(
  before: View,
  facts: CommitFacts,
  author: AgentId,
): readonly Typed[] | Fault {
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
  if (change.record === undefined)
    return fault("RE1", { code: "record-too-large", path, size: change.size });
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
  return {
    kind: definition.name,
    path,
    oid: change.oid!,
    fields,
    signers,
    signed,
    definition,
    order,
    change,
  };
}

/** [RE3] [RE4] [RE5]: what a body says by itself: its kind, its fields, and the path that they give. */
export function typeBody(
  path: string,
  body: Body,
): Pick<Typed, "definition" | "order" | "fields"> | Fault {
  const name = body.get("kind");
  const known = typeof name === "string" ? kindNamed(name) : undefined;
  if (known === undefined)
    return fault("RE3", { code: "kind-unknown", path, kind: String(name ?? "") });
  const plain = Object.fromEntries([...body].filter(([key]) => !key.startsWith("x-")));
  const parsed = known.kind.fields.safeParse(plain);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const keys = "keys" in issue ? issue.keys.join(", ") : "";
    const field = keys === "" ? String(issue.path[0] ?? "") : keys;
    const missing = issue.path.length > 0 && !body.has(String(issue.path[0]));
    const detail =
      keys === "" ? (missing ? "is missing" : issue.message) : "is not a field of this kind";
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
  if (signature.namespace !== namespace)
    return `its namespace is ${signature.namespace || "empty"}, not ${namespace}`;
  if (!signature.valid)
    return "it does not fit the body; was the file changed after it was signed?";
  if (previous !== undefined && signature.key <= previous)
    return "the signatures are not in order of key";
  return undefined;
}

/** The first mound.yaml cannot name its own digest; every other record of that commit can. */
function genesisNamespaces(facts: CommitFacts): (path: string) => string {
  const first = facts.changes.find((change) => change.path === "mound.yaml")?.record;
  const id = first?.ok === true ? base32(sha256(first.value.signed)) : "";
  return (path) => (path === "mound.yaml" ? GENESIS_NAMESPACE : recordNamespace(id));
}

/** [PA4] What `init` lays down carries no signature of its own: the commit is signed by a root. */
function mayTouchFurniture(before: View, facts: CommitFacts, author: AgentId): boolean {
  if (before.get("mound") === undefined) return true;
  const key = facts.signature?.valid === true ? facts.signature.key : undefined;
  return effectiveRoots(before).some((root) => root.key === key && root.agent === author);
}
