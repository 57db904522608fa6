/** OpenSSH private key files (PROTOCOL.key), ed25519 only. */
import type { Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import type { Random } from "../app/ports.ts";
import type { PublicKey } from "../protocol/ids.ts";
import { armor, unarmorLoosely } from "./armor.ts";
import { publicKeyOf, SEED_BYTES } from "./ed25519.ts";
import { keyBlob, keyParts, keyText, parsePublicKey, readKeyBlob } from "./public-key.ts";
import { concat, string, uint32, WireReader } from "./wire.ts";

export interface KeyPair {
  /** 32 secret bytes. */
  readonly seed: Uint8Array;
  readonly key: PublicKey;
}

/** `seed`: signs in process. The others sign through `ssh-keygen`; their public half is readable. */
export type PrivateKey =
  | ({ readonly kind: "seed" } & KeyPair)
  | { readonly kind: "encrypted"; readonly key: PublicKey }
  | { readonly kind: "token"; readonly key: PublicKey };

/** Why a text is not a private key that can be used; a phrase that fits after a file name. */
export interface PrivateKeyFault {
  readonly code: "private-key-unusable";
  readonly detail: string;
}

export function generateKey(random: Random): KeyPair {
  return keyPair(random.bytes(SEED_BYTES));
}

export function keyPair(seed: Uint8Array): KeyPair {
  const raw = publicKeyOf(seed);
  return { seed, key: keyText({ type: "ssh-ed25519", raw, application: undefined }) };
}

/** A file that `ssh-keygen -y -f` reads. `check` is any number; it only shows a right passphrase. */
export function encodePrivateKey(pair: KeyPair, comment: string, check: number): string {
  const { raw } = keyParts(pair.key);
  const secret = concat(
    uint32(check),
    uint32(check),
    string("ssh-ed25519"),
    string(raw),
    string(concat(pair.seed, raw)),
    string(comment),
  );
  const file = concat(
    Buffer.from(MAGIC, "latin1"),
    string("none"),
    string("none"),
    string(""),
    uint32(1),
    string(keyBlob(pair.key)),
    string(concat(secret, padding(-secret.length & (BLOCK - 1)))),
  );
  return armor(LABEL, file);
}

export function decodePrivateKey(text: string): Result<PrivateKey, PrivateKeyFault> {
  const bytes = unarmorLoosely(LABEL, text);
  if (bytes === undefined) return unusable("is not an OpenSSH private key file");
  const file = new WireReader(bytes);
  const magic = Buffer.from(file.bytes(MAGIC.length)).toString("latin1");
  if (magic !== MAGIC) return unusable("is not an OpenSSH private key file");
  const cipher = file.name();
  const derivation = file.name();
  file.string();
  const count = file.uint32();
  const blob = file.string();
  const secret = file.string();
  // Some ciphers put an authentication tag behind the secret part.
  if (cipher !== "none") file.rest();
  if (!file.ended() || count !== 1) return unusable(DAMAGED);
  const parts = readKeyBlob(blob);
  if (parts === undefined) return unusable(`holds a key of type ${typeName(blob)}, not ed25519`);
  if (cipher === "none" && derivation !== "none") return unusable(DAMAGED);
  // A seed proves its public half by making it again, so that the slow check of the point is saved.
  if (cipher === "none" && parts.type === "ssh-ed25519") return readSecret(secret, keyText(parts));
  const key = parsePublicKey(keyText(parts));
  if (key === undefined) return unusable("holds a point that is not a usable ed25519 key");
  return ok({ kind: cipher === "none" ? "token" : "encrypted", key });
}

const LABEL = "OPENSSH PRIVATE KEY";
const DAMAGED = "is a damaged OpenSSH private key file";
const MAGIC = "openssh-key-v1\0";
/** The block that the secret part is padded to when no cipher is used. */
const BLOCK = 8;

function readSecret(secret: Uint8Array, key: PublicKey): Result<PrivateKey, PrivateKeyFault> {
  const reader = new WireReader(secret);
  const sameChecks = reader.uint32() === reader.uint32();
  const type = reader.name();
  const raw = reader.string();
  const both = reader.string();
  reader.string();
  const rest = reader.rest();
  const seed = new Uint8Array(both.subarray(0, SEED_BYTES));
  const whole =
    reader.ended() &&
    sameChecks &&
    type === "ssh-ed25519" &&
    both.length === 2 * SEED_BYTES &&
    secret.length % BLOCK === 0 &&
    rest.length < BLOCK &&
    same(rest, padding(rest.length));
  if (!whole) return unusable(DAMAGED);
  const pair = keyPair(seed);
  const expected = keyParts(pair.key).raw;
  const agrees = same(raw, expected) && same(both.subarray(SEED_BYTES), expected);
  if (pair.key !== key || !agrees) {
    return unusable("holds a secret and a public half that do not belong together");
  }
  return ok({ kind: "seed", ...pair });
}

function padding(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index + 1);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function typeName(blob: Uint8Array): string {
  return new WireReader(blob)
    .name()
    .replace(/[^\x21-\x7e]/g, "?")
    .slice(0, 64);
}

function unusable(detail: string): Result<never, PrivateKeyFault> {
  return err({ code: "private-key-unusable", detail });
}
