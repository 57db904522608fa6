import type { GitObject } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";

/** The name that git gives an object: SHA-1 over its header and its content. */
export function hashObject(type: GitObject["type"], bytes: Uint8Array): Oid {
  // Fetched at the first use: a command that only reads the cache names nothing, and saves 5 ms.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha1")
    .update(objectHeader(type, bytes.length))
    .update(bytes)
    .digest("hex") as Oid;
}

/** As 64 hexadecimal digits. */
export function sha256Hex(text: string): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest("hex");
}

/** What git puts before the content when it names or stores a loose object. */
export function objectHeader(type: GitObject["type"], size: number): string {
  return `${type} ${size}\0`;
}
