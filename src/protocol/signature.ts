import type { PublicKey } from "./ids.ts";

/**
 * What an SSHSIG says by itself. The edge makes it (the armor carries its own public key), so the
 * judge needs no cryptography: it compares `key` with the key in force.
 */
export interface SignatureFact {
  /** undefined when the armor is not a well-formed SSHSIG of an ed25519 key. */
  readonly key: PublicKey | undefined;
  readonly namespace: string;
  /** Whether the signature is right for its payload under `key`. */
  readonly valid: boolean;
}

/** The namespace that a record of this mound is signed in; it binds the record to the mound. */
export function recordNamespace(moundId: string): string {
  return `record@${moundId}`;
}

/** The namespace of heartbeats: none of them can ever pass for a record, nor a record for one. */
export function presenceNamespace(moundId: string): string {
  return `presence@${moundId}`;
}

/** The first `mound.yaml` cannot name the mound's id, which is the digest of its body. */
export const GENESIS_NAMESPACE = "genesis@mound";

/** The namespace that git itself uses for the signature of a commit. */
export const COMMIT_NAMESPACE = "git";
