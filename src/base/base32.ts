const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * Crockford base32 in lower case, most significant bit first, without padding: `ceil(bits / 5)`
 * characters. Chosen because it has no letters that people confuse and is a legal path segment.
 */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(buffer >>> bits) & 31];
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += ALPHABET[(buffer << (5 - bits)) & 31];
  return text;
}
