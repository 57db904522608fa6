import { err, ok, type Result } from "../base/result.ts";
import { newNonce } from "../app/nonce.ts";
import type { Signer } from "../app/ports.ts";
import { fault } from "../protocol/fault.ts";
import type { AgentId, PublicKey } from "../protocol/ids.ts";
import { typeBody } from "../protocol/judge-typing.ts";
import { kindNamed } from "../protocol/kinds/index.ts";
import type { CommonFields } from "../protocol/kinds/incoming.ts";
import { RECORD_BYTES, RECORD_SIGNATURES } from "../protocol/limits.ts";
import { joinRecord, readRecord, type RawRecord } from "../protocol/record.ts";
import { settings } from "../protocol/rules/members.ts";
import { recordNamespace } from "../protocol/signature.ts";
import { formatInstant } from "../protocol/time.ts";
import type { AnyFault } from "./faults.ts";
import type { Mound } from "./mound.ts";

export interface SignedRecord {
  readonly bytes: Uint8Array;
  readonly kind: string;
  /** Whom the body names as its author; undefined where any root may act. */
  readonly actor: AgentId | undefined;
  readonly signers: readonly { readonly key: PublicKey; readonly agent: AgentId | undefined }[];
  /** The lines that were added to the body. */
  readonly filled: readonly string[];
}

export interface SignRequest {
  /** The record's place on the line. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly agent: AgentId;
  readonly signer: Signer;
  /** Adds the lines that are missing from the body; everything else stays byte for byte. */
  readonly fill: boolean;
}

/** Checks a hand-written record as the judge would, and adds the agent's signature, in order of key. */
export async function signRecord(
  mound: Mound,
  request: SignRequest,
): Promise<Result<SignedRecord, AnyFault>> {
  const read = readRecord(request.path, request.bytes);
  if (!read.ok) return read;
  const filled = await missingLines(mound, request.path, read.value);
  if (filled.length > 0 && !request.fill)
    return err({ code: "fields-missing", path: request.path, lines: filled });
  const body =
    new TextDecoder().decode(read.value.signed) + filled.map((line) => `${line}\n`).join("");
  const whole = readRecord(request.path, joinRecord(body, read.value.armors));
  if (!whole.ok) return whole;
  const typed = typeBody(request.path, whole.value.body);
  if ("rule" in typed) return err(typed);
  const refused = await refuseCommon(mound, request.path, typed.fields);
  if (refused !== undefined) return err(refused);
  const signed = await addSignature(mound, request, whole.value);
  if (!signed.ok) return signed;
  const bytes = joinRecord(
    body,
    signed.value.map(({ armor }) => armor),
  );
  if (bytes.length > RECORD_BYTES)
    return err(fault("RE1", { code: "record-too-large", path: request.path, size: bytes.length }));
  const { definition, fields } = typed;
  return ok({
    bytes,
    kind: definition.name,
    actor: definition.actor(fields),
    signers: signed.value.map(({ key, agent }) => ({ key, agent })),
    filled,
  });
}

/** Fresh values for what every record has, and this one lacks. */
async function missingLines(
  mound: Mound,
  path: string,
  { body }: RawRecord,
): Promise<readonly string[]> {
  if (kindNamed(String(body.get("kind"))) === undefined) return [];
  const { clock, random } = mound.ports;
  const before = await mound.read((view) => view.get(`file/${path}`)?.at ?? 0);
  const values = {
    at: formatInstant(Math.max(clock.now(), before + 1)),
    seen: mound.line.tip,
    nonce: newNonce(random),
  };
  return Object.entries(values).flatMap(([name, value]) =>
    body.has(name) ? [] : [`${name}: ${value}`],
  );
}

/** [RE8] [RE9] [RE10] [LN3], as far as they can be known before there is a commit. */
async function refuseCommon(
  mound: Mound,
  path: string,
  fields: CommonFields,
): Promise<AnyFault | undefined> {
  const { at, nonce, seen } = fields;
  const isKnown = (): Promise<boolean> =>
    mound.read((view) => seen !== undefined && view.get(`commit/${seen}`) !== undefined);
  // A commit that git has brought, and Mound has not judged yet.
  if (!(await isKnown())) await mound.sync();
  if (!(await isKnown())) return fault("RE10", { code: "seen-unknown", path, seen: seen ?? "" });
  const now = mound.ports.clock.now();
  return mound.read((view) => {
    if (view.get(`nonce/${nonce}`) !== undefined)
      return fault("RE8", { code: "nonce-used", path, nonce });
    const before = view.get(`file/${path}`)?.at ?? 0;
    if (at <= before) return fault("RE9", { code: "time-not-later", path, at, before });
    const { skew } = settings(view);
    return Math.abs(at - now) > skew
      ? fault("LN3", { code: "clock-skew", path, at, time: now, skew })
      : undefined;
  });
}

interface Signature {
  readonly key: PublicKey;
  readonly armor: string;
  readonly agent: AgentId | undefined;
}

async function addSignature(
  mound: Mound,
  request: SignRequest,
  record: RawRecord,
): Promise<Result<readonly Signature[], AnyFault>> {
  const { path, agent, signer } = request;
  const namespace = recordNamespace(mound.id);
  const facts = await mound.ports.verifier.verify(
    record.armors.map((armor) => ({ payload: record.signed, armor })),
  );
  const kept: Signature[] = [];
  for (const [index, { key, valid, namespace: found }] of facts.entries()) {
    const owner = await mound.read((view) =>
      key === undefined ? undefined : view.get(`key/${key}`),
    );
    if (key === signer.key || owner === agent) continue;
    if (key === undefined || !valid || found !== namespace)
      return err({ code: "signature-stale", path, by: owner });
    kept.push({ key, armor: record.armors[index]!, agent: owner });
  }
  if (kept.length >= RECORD_SIGNATURES) {
    return err(
      fault("RE2", {
        code: "record-malformed",
        path,
        line: 1,
        detail: `it has ${kept.length} signatures; no more are allowed`,
      }),
    );
  }
  const armor = await signer.sign(record.signed, namespace);
  const all = [...kept, { key: signer.key, armor, agent }];
  return ok(all.toSorted((a, b) => (a.key < b.key ? -1 : 1)));
}
