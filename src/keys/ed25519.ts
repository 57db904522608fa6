/**
 * The one place where the curve is touched.
 *
 * What counts as a signature here is narrower than RFC 8032, so that every implementation agrees:
 *   1. A (the key) is canonical, on the curve and of prime order;
 *   2. S < L;
 *   3. R is canonical, of prime order and not the identity;
 *   4. [S]B = R + [k]A.
 * Under (1) and (3) the equation with the cofactor (noble) and the one without it (OpenSSL, OpenSSH)
 * are the same equation. Whatever is accepted here is accepted by stock `ssh-keygen` as well.
 */
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { sign as signNative, verify as verifyNative } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { hashes, Point, verify as verifyNoble } from "@noble/ed25519";
import { assert } from "../base/assert.ts";
import { BoundedMap } from "./bounded-map.ts";

export const SEED_BYTES = 32;
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** Keys remembered as checked: more than a busy mound has, at about 1 KB each. */
const CHECKED_KEYS = 4096;

/** RFC 8410: everything of the DER encoding that stands before the 32 bytes. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");

/** L, the order of the base point, as 32 bytes, least significant first. */
const ORDER = Buffer.from(
  "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
  "hex",
);

hashes.sha512 = (message) => new Uint8Array(createHash("sha512").update(message).digest());

/** Whether `raw` (32 bytes) encodes a point of prime order canonically. Takes about ten times a `verify`. */
export function checkPublicKey(raw: Uint8Array): boolean {
  return raw.length === KEY_BYTES && isPrimeOrder(raw);
}

/** The rules above, in noble's arithmetic: slow (some 4 ms), and the reference for `verify`. */
export function verifyStrict(signature: Uint8Array, message: Uint8Array, raw: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || raw.length !== KEY_BYTES) return false;
  if (!verifyNoble(signature, message, raw, { zip215: false })) return false;
  // noble multiplies by the cofactor, which hides parts of small order in A and in R.
  return isPrimeOrder(raw) && isPrimeOrder(signature.subarray(0, 32));
}

/** The same answer as `verifyStrict`, by OpenSSL: the key is checked once, then remembered. */
export function verify(signature: Uint8Array, message: Uint8Array, raw: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || !isBelowOrder(signature)) return false;
  // OpenSSL computes a canonical R of prime order and compares bytes; the identity alone slips through.
  if (isIdentity(signature)) return false;
  const key = checkedKey(raw);
  return key !== undefined && verifyNative(null, message, key, signature);
}

/**
 * Takes a key for checked that was checked before, by whoever folded it into a state: a process that
 * verifies two signatures spends more on the check than on all else.
 */
export function presumeChecked(raw: Uint8Array): void {
  const name = nameOf(raw);
  if (raw.length === KEY_BYTES && checked.get(name) === undefined)
    checked.set(name, publicKey(raw));
}

/** 64 bytes. `seed` is the 32-byte secret of RFC 8032 and must not be changed after its first use. */
export function sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(signNative(null, message, privateKey(seed)));
}

/** The 32 bytes of the public key of a seed. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
  return new Uint8Array(spki.subarray(SPKI_HEAD.length));
}

function isPrimeOrder(raw: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(raw, false);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    // noble throws for what is not canonical or not on the curve.
    return false;
  }
}

function isBelowOrder(signature: Uint8Array): boolean {
  for (let index = 31; index >= 0; index -= 1) {
    const difference = (signature[32 + index] ?? 0) - (ORDER[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isIdentity(signature: Uint8Array): boolean {
  if (signature[0] !== 1) return false;
  for (let index = 1; index < 32; index += 1) if (signature[index] !== 0) return false;
  return true;
}

const checked = new BoundedMap<string, KeyObject | false>(CHECKED_KEYS);

function checkedKey(raw: Uint8Array): KeyObject | undefined {
  const name = nameOf(raw);
  let key = checked.get(name);
  if (key === undefined) {
    key = checkPublicKey(raw) && publicKey(raw);
    checked.set(name, key);
  }
  return key === false ? undefined : key;
}

function nameOf(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("latin1");
}

function publicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: "der", type: "spki" });
}

/** Reading a private key derives its public half, which takes ten times as long as one signature. */
const privateKeys = new WeakMap<Uint8Array, KeyObject>();

function privateKey(seed: Uint8Array): KeyObject {
  assert(seed.length === SEED_BYTES, "an ed25519 seed has 32 bytes");
  let key = privateKeys.get(seed);
  if (key === undefined) {
    const der = Buffer.concat([PKCS8_HEAD, seed]);
    key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    der.fill(0);
    privateKeys.set(seed, key);
  }
  return key;
}
