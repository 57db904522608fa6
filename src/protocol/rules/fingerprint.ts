import { base32 } from "../../base/base32.ts";
import { sha256 } from "../../base/sha256.ts";
import type { PublicKey } from "../ids.ts";

/** The SHA-256 of the key's blob in Crockford base32 (52 characters): a path segment. */
export function keySegment(key: PublicKey): string {
  return base32(sha256(decodeBase64(key.split(" ")[1] ?? "")));
}

/** As `ssh-keygen -l` prints it: `SHA256:` and 43 characters of base64. */
export function keyFingerprint(key: PublicKey): string {
  return `SHA256:${encodeBase64(sha256(decodeBase64(key.split(" ")[1] ?? "")))}`;
}

/** The path segment for a fingerprint as ssh-keygen prints it (`SHA256:...`); undefined where it is not one. */
export function fingerprintSegment(fingerprint: string): string | undefined {
  const match = /^SHA256:([A-Za-z0-9+/]{43})$/.exec(fingerprint);
  return match === null ? undefined : base32(decodeBase64(match[1]!));
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function decodeBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const char of text.replace(/=+$/, "")) {
    buffer = ((buffer << 6) | ALPHABET.indexOf(char)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((buffer >>> bits) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

/** Without padding. */
function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 6; bits -= 6) text += ALPHABET[(buffer >>> (bits - 6)) & 63];
  }
  return bits === 0 ? text : text + ALPHABET[(buffer << (6 - bits)) & 63];
}
