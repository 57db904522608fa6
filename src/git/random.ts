import type { Random } from "../app/ports.ts";

/** Bits of a double's fraction that three 16-bit words can fill. */
const FRACTION_BYTES = 6;

/** By the global Web Crypto, which Node loads at its first use: most commands draw nothing. */
export const systemRandom: Random = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  fraction: () => {
    const bytes = crypto.getRandomValues(Buffer.alloc(FRACTION_BYTES));
    return bytes.readUIntBE(0, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES);
  },
};
