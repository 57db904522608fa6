import type { Oid } from "../protocol/ids.ts";

/** What `cat-file --batch` or `--batch-check` says of one object that exists. */
export interface BatchAnswer {
  readonly oid: Oid;
  readonly type: string;
  readonly size: number;
  /** undefined for `--batch-check`. Shorter than `size` where the object is over the byte limit. */
  readonly bytes: Uint8Array | undefined;
}

export interface BatchParser {
  readonly push: (chunk: Uint8Array) => void;
}

const NEWLINE = 0x0a;
const HEADER = /^([0-9a-f]{40}) (\w+) (\d+)$/;
const MISSING = /^[0-9a-f]{40} missing$/;

/**
 * Reads the output of `cat-file` in chunks of any size and gives each answer, in order, to
 * `answer`: undefined for a missing object. Content beyond `maxBytes` is skipped, never held.
 * Throws where the output is not what git documents.
 */
export function batchParser(
  withContent: boolean,
  maxBytes: number,
  answer: (found: BatchAnswer | undefined) => void,
): BatchParser {
  let partial: Uint8Array = new Uint8Array(0);
  let object: { oid: Oid; type: string; size: number; bytes: Uint8Array } | undefined;
  // Bytes of the object that have passed, and after them git's own newline.
  let passed = 0;

  const readHeader = (chunk: Uint8Array, at: number): number => {
    const end = chunk.indexOf(NEWLINE, at);
    const piece = chunk.subarray(at, end < 0 ? chunk.length : end);
    partial = partial.length === 0 ? piece.slice() : concat(partial, piece);
    if (end < 0) return chunk.length;
    const line = latin1(partial.subarray(0, 200));
    partial = new Uint8Array(0);
    const header = HEADER.exec(line);
    if (header === null) {
      if (!MISSING.test(line)) throw new Error(`unexpected answer of git cat-file: ${line}`);
      answer(undefined);
    } else {
      const [, oid = "", type = "", digits = ""] = header;
      const size = Number(digits);
      const found = { oid: oid as Oid, type, size, bytes: undefined };
      if (!withContent) answer(found);
      else object = { ...found, bytes: new Uint8Array(Math.min(size, maxBytes)) };
      passed = 0;
    }
    return end + 1;
  };

  const readContent = (
    chunk: Uint8Array,
    at: number,
    current: NonNullable<typeof object>,
  ): number => {
    const end = Math.min(chunk.length, at + current.size + 1 - passed);
    const wanted = Math.min(end - at, current.bytes.length - passed);
    if (wanted > 0) current.bytes.set(chunk.subarray(at, at + wanted), passed);
    passed += end - at;
    if (passed === current.size + 1) {
      object = undefined;
      answer(current);
    }
    return end;
  };

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        at = object === undefined ? readHeader(chunk, at) : readContent(chunk, at, object);
      }
    },
  };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
