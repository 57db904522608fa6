import { randomBytes } from "node:crypto";
import type { Random } from "../app/ports.ts";

/** Bits of a double's fraction that six random bytes can fill. */
const FRACTION_BYTES = 6;

export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  fraction: () =>
    randomBytes(FRACTION_BYTES).readUIntBE(0, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES),
};
