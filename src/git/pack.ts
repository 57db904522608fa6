import { createHash } from "node:crypto";
import { deflateSync, type ZlibOptions } from "node:zlib";
import type { GitObject } from "../app/ports.ts";

/** The object types of a pack entry (gitformat-pack). */
const TYPE = { commit: 1, tree: 2, blob: 3 } as const;
const HEADER_BYTES = 12;
const VERSION = 2;

/**
 * Small objects gain nothing from a larger window or a higher level; measured on 1,400 records of
 * 320 bytes: 14 ms and the same size as zlib's defaults, which take 30 ms to set up their tables.
 */
export const DEFLATE: ZlibOptions = { level: 1, memLevel: 3, windowBits: 12 };

/** A pack of whole objects, version 2, without deltas: what `git index-pack --stdin` reads. */
export function encodePack(objects: readonly GitObject[]): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode("PACK"));
  view.setUint32(4, VERSION);
  view.setUint32(8, objects.length);
  const parts: Uint8Array[] = [header];
  for (const { type, bytes } of objects) {
    parts.push(entryHeader(TYPE[type], bytes.length), deflateSync(bytes, DEFLATE));
  }
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part);
  parts.push(hash.digest());
  return Buffer.concat(parts);
}

/** Type and size: four bits of the size in the first byte, seven in each that follows. */
function entryHeader(type: number, size: number): Uint8Array {
  const bytes: number[] = [];
  let first = (type << 4) | (size & 0x0f);
  let rest = Math.floor(size / 16);
  while (rest > 0) {
    bytes.push(first | 0x80);
    first = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  bytes.push(first);
  return Uint8Array.from(bytes);
}
