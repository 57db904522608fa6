/**
 * Vouches for one key, taken out of their mound: a few lines that a person reads, and the records byte for byte, each
 * after a line that no record can hold (RE2). Whoever has the file checks every signature; whose the issuers'
 * keys are, the file only says.
 */
import { err, ok, type Result } from "../base/result.ts";
import { sha256 } from "../base/sha256.ts";
import { isAgentId, type AgentId, type PublicKey } from "../protocol/ids.ts";
import { typeBody } from "../protocol/judge-typing.ts";
import { readRecord } from "../protocol/record.ts";
import { recordNamespace } from "../protocol/signature.ts";
import type { Level } from "../protocol/trust-state.ts";
import type { Verifier } from "./ports.ts";

export interface VouchFile {
  /** The id of the mound, in full, and its name. */
  readonly mound: string;
  readonly name: string;
  readonly subject: AgentId;
  readonly fingerprint: string;
  readonly signers: readonly { readonly agent: AgentId; readonly key: PublicKey }[];
  readonly records: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** A vouch of another mound whose signature is good. */
export interface ForeignVouch {
  readonly issuer: AgentId;
  readonly key: PublicKey;
  readonly level: Level;
  readonly scope: string;
  readonly reason: string;
  /** Milliseconds. */
  readonly at: number;
  readonly until: number;
  /** SHA-256 of the record, in hexadecimal. */
  readonly digest: string;
}

/** What is wrong with a file: of the whole, or of the record that lies at a path in its mound. */
export interface VouchFileFlaw {
  readonly record: string | undefined;
  readonly detail: string;
}

const HEADER_KEYS = ["vouches", "mound", "name", "subject", "fingerprint"] as const;
const FORMAT = "1";
/** What begins the line before a record: a conflict marker, which no record has (RE2). */
const BEFORE_RECORD = "======= ";

export function formatVouchFile(file: VouchFile): Uint8Array {
  const namespace = recordNamespace(file.mound);
  const head = [
    `# Vouches for ${file.subject}: records of a mound, each after a line of ${BEFORE_RECORD.trim()} with its place there.`,
    "# mound vouch import FILE checks and shows them. Without Mound, the first of them:",
    "#   sed -n 's/^signer: //p' FILE > signers",
    `#   awk '/^${BEFORE_RECORD}/ { n++; next } n { print > ("vouch." n) }' FILE`,
    "#   sed '1,/^---$/d' vouch.1 > vouch.1.sig",
    `#   sed '/^---$/,$d' vouch.1 | ssh-keygen -Y verify -f signers -I ${file.signers[0]?.agent ?? "ISSUER"} -n ${namespace} -s vouch.1.sig`,
    `vouches: ${FORMAT}`,
    `mound: ${file.mound}`,
    `name: ${file.name}`,
    `subject: ${file.subject}`,
    `fingerprint: ${file.fingerprint}`,
    ...file.signers.map(({ agent, key }) => `signer: ${agent} namespaces="${namespace}" ${key}`),
  ];
  const encoder = new TextEncoder();
  const parts = [
    encoder.encode(`${head.join("\n")}\n`),
    ...file.records.flatMap(({ path, bytes }) => [
      encoder.encode(`${BEFORE_RECORD}${path}\n`),
      bytes,
    ]),
  ];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Takes a file apart; no signature is looked at. */
export function readVouchFile(text: string): Result<VouchFile, VouchFileFlaw> {
  const pieces = text.split(new RegExp(`^${BEFORE_RECORD}`, "m"));
  const lines = pieces[0]!.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const header = new Map<string, string>();
  const signers: { agent: AgentId; key: PublicKey }[] = [];
  for (const line of lines) {
    const [, key = "", value = ""] = /^([a-z]+): (.*)$/.exec(line) ?? [];
    const signer = SIGNER.exec(line);
    if (signer !== null) signers.push({ agent: signer[1] as AgentId, key: signer[2] as PublicKey });
    else if (HEADER_KEYS.some((name) => name === key) && !header.has(key)) header.set(key, value);
    else
      return err({
        record: undefined,
        detail: `the line ${JSON.stringify(line.slice(0, 60))} is none of such a file`,
      });
  }
  const missing = HEADER_KEYS.find((name) => !header.has(name));
  if (missing !== undefined) return flaw(`it has no line ${missing}:`);
  if (header.get("vouches") !== FORMAT) return flaw("it is of a newer format");
  const subject = header.get("subject")!;
  const mound = header.get("mound")!;
  if (!isAgentId(subject)) return flaw("its subject is no name");
  if (!/^[0-9a-hjkmnp-tv-z]{52}$/.test(mound)) return flaw("its mound is no id of a mound");
  if (pieces.length === 1) return flaw("there is no record in it");
  const encoder = new TextEncoder();
  const records = pieces.slice(1).map((piece) => {
    const end = piece.indexOf("\n");
    const path = end < 0 ? piece : piece.slice(0, end);
    return { path, bytes: encoder.encode(end < 0 ? "" : piece.slice(end + 1)) };
  });
  const [name, fingerprint] = [header.get("name")!, header.get("fingerprint")!];
  return ok({ mound, name, subject, fingerprint, signers, records });
}

const SIGNER =
  /^signer: ([a-z0-9][a-z0-9_-]{0,38}) namespaces="[^"]*" ((?:sk-)?ssh-ed25519(?:@openssh\.com)? [A-Za-z0-9+/=]+)$/;

/** Checks every record of a file, and its signatures; the first that is not as it must be refuses the whole. */
export async function verifyVouches(
  file: VouchFile,
  verifier: Verifier,
): Promise<Result<readonly ForeignVouch[], VouchFileFlaw>> {
  const found: ForeignVouch[] = [];
  for (const record of file.records) {
    const vouch = await verifyVouch(file, record, verifier);
    if (typeof vouch === "string") return err({ record: record.path, detail: vouch });
    if (found.some(({ issuer }) => issuer === vouch.issuer))
      return err({ record: record.path, detail: "it is there twice" });
    found.push(vouch);
  }
  return ok(found);
}

/** The fields of the kind `vouch`, as `typeBody` types them. */
interface VouchBody {
  readonly subject: AgentId;
  readonly issuer: AgentId;
  readonly fingerprint: string;
  readonly scope: string;
  readonly level: Level;
  readonly reason: string;
  readonly at: number;
  readonly until: number;
  readonly status?: "withdrawn";
}

async function verifyVouch(
  file: VouchFile,
  { path, bytes }: VouchFile["records"][number],
  verifier: Verifier,
): Promise<ForeignVouch | string> {
  const read = readRecord(path, bytes);
  if (!read.ok) return "detail" in read.error ? read.error.detail : "it cannot be read";
  const typed = typeBody(path, read.value.body);
  if ("rule" in typed)
    return typed.code === "field-invalid"
      ? `${typed.field} ${typed.detail}`
      : "it is no record that lies there";
  if (typed.definition.name !== "vouch") return "it is no vouch";
  const body = typed.fields as unknown as VouchBody;
  if (body.subject !== file.subject || body.fingerprint !== file.fingerprint)
    return "it is for another name or key than the file says";
  if (body.status === "withdrawn") return "it was taken back";
  const { signed, armors } = read.value;
  const facts = await verifier.verify(armors.map((armor) => ({ payload: signed, armor })));
  const namespace = recordNamespace(file.mound);
  if (facts.length === 0) return "it is not signed";
  if (!facts.every(({ valid }) => valid))
    return "its signature does not fit: it was changed after it was signed";
  if (!facts.every((fact) => fact.namespace === namespace))
    return "it was signed for another mound than the file says";
  const { issuer, level, scope, reason, at, until } = body;
  const signer = file.signers.find(
    ({ agent, key }) => agent === issuer && facts.some((fact) => fact.key === key),
  );
  if (signer === undefined)
    return `it is not signed with the key that the file gives for ${issuer}`;
  return { issuer, key: signer.key, level, scope, reason, at, until, digest: hex(sha256(bytes)) };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function flaw(detail: string): Result<never, VouchFileFlaw> {
  return err({ record: undefined, detail });
}
