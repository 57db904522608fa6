import { createHash } from "node:crypto";
import { assert } from "../base/assert.ts";
import { OID_BYTES } from "../protocol/objects.ts";
import type { EncodedPack } from "./pack.ts";

const MAGIC = [0xff, 0x74, 0x4f, 0x63] as const;
const VERSION = 2;
const HEADER_BYTES = 8;
const FANOUT_BYTES = 256 * 4;
/** Beyond it an index has a second table of offsets. */
const OFFSET_MAX = 0x7fffffff;

/** The index of a pack, version 2 (gitformat-pack): its objects by name, with where each lies. */
export function encodePackIndex({ bytes, checksum, entries }: EncodedPack): Uint8Array {
  assert(bytes.length <= OFFSET_MAX, "a pack of ours is smaller than 2 GiB");
  const sorted = entries.toSorted((a, b) => (a.oid < b.oid ? -1 : 1));
  const count = sorted.length;
  const names = HEADER_BYTES + FANOUT_BYTES;
  const sums = names + count * OID_BYTES;
  const offsets = sums + count * 4;
  const end = offsets + count * 4;
  const index = Buffer.alloc(end + 2 * OID_BYTES);
  index.set(MAGIC, 0);
  index.writeUInt32BE(VERSION, 4);
  const fanout = new Uint32Array(256);
  sorted.forEach(({ oid, crc, offset }, at) => {
    fanout[Number.parseInt(oid.slice(0, 2), 16)]! += 1;
    index.write(oid, names + at * OID_BYTES, "hex");
    index.writeUInt32BE(crc, sums + at * 4);
    index.writeUInt32BE(offset, offsets + at * 4);
  });
  let below = 0;
  for (let first = 0; first < 256; first += 1) {
    below += fanout[first]!;
    index.writeUInt32BE(below, HEADER_BYTES + first * 4);
  }
  index.set(checksum, end);
  index.set(
    createHash("sha1")
      .update(index.subarray(0, end + OID_BYTES))
      .digest(),
    end + OID_BYTES,
  );
  return index;
}
