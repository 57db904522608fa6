/**
 * SSHSIG (OpenSSH's PROTOCOL.sshsig), made and checked in process. Narrower than ssh-keygen, so that
 * a signature has one spelling: version 1, sha512, ed25519 or an ed25519 token, nothing reserved,
 * nothing left over, and the armor byte for byte as ssh-keygen writes it.
 */
import { createHash } from "node:crypto";
import { assert } from "../base/assert.ts";
import type { SignatureCheck } from "../app/ports.ts";
import type { PublicKey } from "../protocol/ids.ts";
import type { SignatureFact } from "../protocol/signature.ts";
import { armor, unarmor } from "./armor.ts";
import { sign, SIGNATURE_BYTES, verify } from "./ed25519.ts";
import type { KeyParts } from "./public-key.ts";
import { keyBlob, keyText, readKeyBlob } from "./public-key.ts";
import { concat, string, uint32, WireReader } from "./wire.ts";

export interface ParsedSignature {
  readonly key: PublicKey;
  readonly parts: KeyParts;
  readonly namespace: string;
  /** 64 bytes, R and S. */
  readonly signature: Uint8Array;
  /** What a token adds: one byte of flags and the four of its counter; empty without a token. */
  readonly token: Uint8Array;
}

/** An armored signature of `payload`, the same bytes that `ssh-keygen -Y sign` makes for this key. */
export function signSshsig(
  seed: Uint8Array,
  key: PublicKey,
  payload: Uint8Array,
  namespace: string,
): string {
  assert(isNamespace(namespace), "a namespace is not empty and has no NUL");
  const signature = sign(seed, signedData(payload, namespace));
  const blob = concat(
    MAGIC,
    uint32(VERSION),
    string(keyBlob(key)),
    string(namespace),
    string(""),
    string(HASH),
    string(concat(string("ssh-ed25519"), string(signature))),
  );
  return armor(LABEL, blob);
}

export function verifySignature({ payload, armor: text }: SignatureCheck): SignatureFact {
  const parsed = parseSignature(text);
  if (parsed === undefined) return { key: undefined, namespace: "", valid: false };
  const { key, namespace, parts, signature, token } = parsed;
  const data = signedData(payload, namespace);
  const message =
    parts.application === undefined ? data : tokenData(data, parts.application, token);
  const valid = isPresent(parts, token) && verify(signature, message, parts.raw);
  return { key, namespace, valid };
}

/** What the armor says, or undefined when it is malformed; nothing is verified. */
export function parseSignature(text: string): ParsedSignature | undefined {
  const bytes = unarmor(LABEL, text);
  if (bytes === undefined) return undefined;
  const reader = new WireReader(bytes);
  const magic = reader.bytes(MAGIC.length);
  const version = reader.uint32();
  const parts = readKeyBlob(reader.string());
  const namespace = utf8(reader.string());
  const reserved = reader.string();
  const hash = reader.name();
  const inner = new WireReader(reader.string());
  if (!reader.ended() || parts === undefined || namespace === undefined) return undefined;
  if (Buffer.compare(magic, MAGIC) !== 0 || version !== VERSION) return undefined;
  if (!isNamespace(namespace) || reserved.length !== 0 || hash !== HASH) return undefined;
  const type = inner.name();
  const signature = inner.string();
  const token = inner.bytes(parts.application === undefined ? 0 : TOKEN_BYTES);
  if (!inner.ended() || type !== parts.type) return undefined;
  if (signature.length !== SIGNATURE_BYTES) return undefined;
  return { key: keyText(parts), parts, namespace, signature, token };
}

const LABEL = "SSH SIGNATURE";
const MAGIC = Buffer.from("SSHSIG", "latin1");
const VERSION = 1;
const HASH = "sha512";
const TOKEN_BYTES = 5;
/** The flag by which a token says that a person touched it. */
const USER_PRESENT = 0x01;

function signedData(payload: Uint8Array, namespace: string): Uint8Array {
  const digest = createHash(HASH).update(payload).digest();
  return concat(MAGIC, string(namespace), string(""), string(HASH), string(digest));
}

/** PROTOCOL.u2f: what the token itself signs. */
function tokenData(data: Uint8Array, application: Uint8Array, token: Uint8Array): Uint8Array {
  return concat(sha256(application), token, sha256(data));
}

function isPresent(parts: KeyParts, token: Uint8Array): boolean {
  return parts.application === undefined || ((token[0] ?? 0) & USER_PRESENT) !== 0;
}

function isNamespace(text: string): boolean {
  // ssh-keygen reads it as a C string.
  return text !== "" && !text.includes("\0");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
