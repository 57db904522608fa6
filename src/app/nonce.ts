import { base32 } from "../base/base32.ts";
import type { Nonce } from "../protocol/ids.ts";
import type { Random } from "./ports.ts";

/** Eighty random bits: two agents that do the same thing in the same second never make one commit. */
export function newNonce(random: Random): Nonce {
  return base32(random.bytes(10)) as Nonce;
}
