import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { constants, inflateSync } from "node:zlib";
import type { Oid } from "../protocol/ids.ts";
import { GitError } from "./fault.ts";
import { hashObject } from "./hash.ts";

/** An object as it lies in a file of its own; `bytes` is undefined where it is over the limit. */
export interface FoundObject {
  readonly type: "blob" | "tree" | "commit" | "tag";
  /** Bytes of the content, as the object says of itself. */
  readonly size: number;
  readonly bytes: Uint8Array | undefined;
}

/** Longest header: a type, a space, sixteen digits and NUL. */
const HEADER_BYTES = 24;
/** Holds any header, and inflates to little whatever it holds. */
const HEAD_BYTES = 128;
/** What zlib adds to content that does not shrink: 5 bytes for each 16 KiB, and a frame. */
const incompressible = (size: number): number => size + Math.ceil(size / 1_024) + 64;

/**
 * The loose object in a folder of objects, undefined when there is none. More than `maxBytes` of content
 * is neither read nor inflated: of a large file, or of a small one that would become large, only the
 * header is looked at. Throws GitError `object-damaged`.
 */
export function readObjectFile(
  folder: string,
  oid: Oid,
  maxBytes: number,
): FoundObject | undefined {
  const packed = readAtMost(
    `${folder}/${oid.slice(0, 2)}/${oid.slice(2)}`,
    incompressible(maxBytes + HEADER_BYTES),
  );
  if (packed === undefined) return undefined;
  const raw = packed.whole ? inflate(packed.bytes, oid, maxBytes) : undefined;
  const head = raw ?? inflateHead(packed.bytes, oid);
  const nul = head.subarray(0, HEADER_BYTES + 8).indexOf(0);
  const header = /^(blob|tree|commit|tag) (\d+)$/.exec(
    Buffer.from(head.subarray(0, Math.max(0, nul))).toString("latin1"),
  );
  if (header === null) throw damaged(oid, "no object header");
  const type = header[1] as FoundObject["type"];
  const size = Number(header[2]);
  if (raw === undefined) return { type, size, bytes: undefined };
  const bytes = new Uint8Array(raw.buffer, raw.byteOffset + nul + 1, raw.length - nul - 1);
  if (size !== bytes.length || (type !== "tag" && hashObject(type, bytes) !== oid))
    throw damaged(oid, "its name does not fit");
  return { type, size, bytes: size > maxBytes ? undefined : bytes };
}

function readAtMost(
  path: string,
  limit: number,
): { readonly bytes: Uint8Array; readonly whole: boolean } | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const whole = size <= limit;
    const bytes = Buffer.alloc(whole ? size : HEAD_BYTES);
    return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)), whole };
  } finally {
    closeSync(file);
  }
}

/** undefined where the content is over the limit. */
function inflate(packed: Uint8Array, oid: Oid, maxBytes: number): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: maxBytes + HEADER_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw damaged(oid, (error as Error).message);
  }
}

function inflateHead(packed: Uint8Array, oid: Oid): Uint8Array {
  try {
    const finishFlush = constants.Z_SYNC_FLUSH;
    return inflateSync(packed.subarray(0, HEAD_BYTES), { finishFlush });
  } catch (error) {
    throw damaged(oid, (error as Error).message);
  }
}

function damaged(oid: Oid, detail: string): GitError {
  return new GitError({ code: "object-damaged", oid, detail });
}
