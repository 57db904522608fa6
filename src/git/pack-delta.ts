/** The longest run that one insert instruction holds. */
const INSERT_MAX = 127;
/** The longest run that one copy instruction covers here: three bytes of size would allow more. */
const COPY_MAX = 0xffff;

/**
 * A delta (gitformat-pack) from a base of the same length to `bytes`, which differ only in runs of
 * `length` bytes at the places `patched`.
 */
export function encodeDelta(
  bytes: Uint8Array,
  patched: readonly number[],
  length: number,
): Uint8Array {
  const parts: number[] = [...sizeBytes(bytes.length), ...sizeBytes(bytes.length)];
  let at = 0;
  for (const place of patched.toSorted((a, b) => a - b)) {
    copy(parts, at, place);
    insert(parts, bytes, place, place + length);
    at = place + length;
  }
  copy(parts, at, bytes.length);
  return Uint8Array.from(parts);
}

function copy(parts: number[], from: number, to: number): void {
  for (let at = from; at < to; at += COPY_MAX) {
    const size = Math.min(COPY_MAX, to - at);
    let flags = 0x80;
    const operands: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      const byte = (at >>> (8 * index)) & 0xff;
      if (byte === 0) continue;
      flags |= 1 << index;
      operands.push(byte);
    }
    for (let index = 0; index < 2; index += 1) {
      const byte = (size >>> (8 * index)) & 0xff;
      if (byte === 0) continue;
      flags |= 0x10 << index;
      operands.push(byte);
    }
    parts.push(flags, ...operands);
  }
}

function insert(parts: number[], bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at += INSERT_MAX) {
    const run = bytes.subarray(at, Math.min(to, at + INSERT_MAX));
    parts.push(run.length, ...run);
  }
}

/** Seven bits a byte, the lowest first. */
function sizeBytes(size: number): readonly number[] {
  const bytes: number[] = [];
  let rest = size;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
