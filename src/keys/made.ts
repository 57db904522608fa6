import { createHash } from "node:crypto";
import type { SignatureCheck } from "../app/ports.ts";
import type { SignatureFact } from "../protocol/signature.ts";
import { BoundedMap } from "./bounded-map.ts";

/** A signature is asked about right after it was made: two or three for each command of a batch. */
const ENTRIES = 1024;

interface Made {
  readonly digest: Buffer;
  readonly fact: SignatureFact;
}

const made = new BoundedMap<string, Made>(ENTRIES);

/**
 * Notes a signature that this process has just made with a seed in its own memory, whose public half it
 * has derived from that seed: it need not be verified again, which takes twice as long as making it.
 */
export function noteMade({ payload, armor }: SignatureCheck, fact: SignatureFact): void {
  made.set(armor, { digest: digestOf(payload), fact });
}

/** What is known of a signature without verifying it: only that very one, over that very payload. */
export function factOfMade({ payload, armor }: SignatureCheck): SignatureFact | undefined {
  const found = made.get(armor);
  return found?.digest.equals(digestOf(payload)) === true ? found.fact : undefined;
}

function digestOf(payload: Uint8Array): Buffer {
  return createHash("sha256").update(payload).digest();
}
