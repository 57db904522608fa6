import { createHash } from "node:crypto";
import { defined } from "../base/assert.ts";
import type { PublicKey } from "../protocol/ids.ts";
import { checkPublicKey, KEY_BYTES } from "./ed25519.ts";
import { concat, string, WireReader } from "./wire.ts";

/** A key in a file or an ssh-agent, or one on a FIDO token. */
export type KeyType = "ssh-ed25519" | "sk-ssh-ed25519@openssh.com";

export interface KeyParts {
  readonly type: KeyType;
  /** 32 bytes, not yet checked to be a curve point. */
  readonly raw: Uint8Array;
  /** What a token's signature is bound to, mostly `ssh:`; undefined for a key without a token. */
  readonly application: Uint8Array | undefined;
}

/**
 * The key of an OpenSSH public key line (`ssh-ed25519 AAAA... comment`) without its comment;
 * undefined when it is not one line, not ed25519, or not a key that signatures may count under.
 */
export function parsePublicKey(text: string): PublicKey | undefined {
  const line = text.trim();
  if (/[\r\n]/.test(line)) return undefined;
  const [type, base64 = ""] = line.split(/[ \t]+/);
  const blob = Buffer.from(base64, "base64");
  if (blob.toString("base64") !== base64) return undefined;
  const parts = readKeyBlob(blob);
  if (parts === undefined || parts.type !== type || !checkPublicKey(parts.raw)) return undefined;
  return keyText(parts);
}

/** As `ssh-keygen -l` prints it: `SHA256:` and 43 characters of base64. */
export function fingerprint(key: PublicKey): string {
  const digest = createHash("sha256").update(keyBlob(key)).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** The parts of a key in SSH wire format, or undefined for another type or stray bytes. */
export function readKeyBlob(blob: Uint8Array): KeyParts | undefined {
  const reader = new WireReader(blob);
  const type = reader.name();
  if (type !== "ssh-ed25519" && type !== "sk-ssh-ed25519@openssh.com") return undefined;
  const raw = reader.string();
  const application = type === "ssh-ed25519" ? undefined : reader.string();
  if (!reader.ended() || raw.length !== KEY_BYTES) return undefined;
  return { type, raw, application };
}

function writeKeyBlob(parts: KeyParts): Uint8Array {
  const head = concat(string(parts.type), string(parts.raw));
  return parts.application === undefined ? head : concat(head, string(parts.application));
}

/** The text that names a key, whether or not its point is good: it claims nothing. */
export function keyText(parts: KeyParts): PublicKey {
  return `${parts.type} ${Buffer.from(writeKeyBlob(parts)).toString("base64")}` as PublicKey;
}

export function keyBlob(key: PublicKey): Uint8Array {
  return Buffer.from(key.slice(key.indexOf(" ") + 1), "base64");
}

export function keyParts(key: PublicKey): KeyParts {
  return defined(readKeyBlob(keyBlob(key)), "the blob of a public key");
}
