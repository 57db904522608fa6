import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { assert } from "../base/assert.ts";
import type { GitObject } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import { GitError } from "./fault.ts";
import { hashObject, objectHeader } from "./hash.ts";
import { DEFLATE } from "./pack.ts";
import { safeFs } from "./safe-fs.ts";

/** Longest header: a type, a space, sixteen digits and NUL. */
const HEADER_BYTES = 24;

/**
 * A loose object of the git directory, or undefined when there is none. It is read here and not by
 * isomorphic-git, so that a command that only reads need not load it (60 to 120 ms). Throws
 * GitError `object-damaged`, or `object-too-large` over `maxBytes`.
 */
export function readLoose(gitDir: string, oid: Oid, maxBytes: number): GitObject | undefined {
  const packed = readIfPresent(join(gitDir, "objects", oid.slice(0, 2), oid.slice(2)));
  if (packed === undefined) return undefined;
  const raw = inflate(packed, oid, maxBytes);
  const nul = raw.indexOf(0);
  const header = /^(blob|tree|commit) (\d+)$/.exec(
    Buffer.from(raw.subarray(0, Math.max(0, nul))).toString("latin1"),
  );
  const bytes = new Uint8Array(raw.buffer, raw.byteOffset + nul + 1, raw.length - nul - 1);
  const type = header?.[1] as GitObject["type"] | undefined;
  if (type === undefined) return absentOrDamaged(raw, oid);
  if (Number(header?.[2]) !== bytes.length || hashObject(type, bytes) !== oid)
    throw damaged(oid, "its name does not fit");
  return { oid, type, bytes };
}

/** Writes objects that are not there yet, one file each, through isomorphic-git. */
export async function writeLoose(
  gitDir: string,
  objects: readonly GitObject[],
  durable = false,
): Promise<void> {
  const { writeObject } = await import("isomorphic-git");
  const fs = safeFs(gitDir, durable);
  for (const { oid, type, bytes } of objects) {
    assert(hashObject(type, bytes) === oid, `object ${oid} has other content`);
    const object = deflateSync(
      Buffer.concat([Buffer.from(objectHeader(type, bytes.length)), bytes]),
      DEFLATE,
    );
    await writeObject({ fs, gitdir: gitDir, type, object, format: "deflated", oid });
  }
}

function readIfPresent(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function inflate(packed: Uint8Array, oid: Oid, maxBytes: number): Uint8Array {
  try {
    return inflateSync(packed, { maxOutputLength: maxBytes + HEADER_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new GitError({ code: "object-too-large", oid, limit: maxBytes });
    }
    throw damaged(oid, (error as Error).message);
  }
}

/** An annotated tag is a sound object, but none that the port knows. */
function absentOrDamaged(raw: Uint8Array, oid: Oid): undefined {
  if (Buffer.from(raw.subarray(0, 4)).toString("latin1") === "tag ") return undefined;
  throw damaged(oid, "no object header");
}

function damaged(oid: Oid, detail: string): GitError {
  return new GitError({ code: "object-damaged", oid, detail });
}
