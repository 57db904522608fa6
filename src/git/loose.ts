import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { assert } from "../base/assert.ts";
import type { GitObject } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import { GitError } from "./fault.ts";
import { hashObject, objectHeader } from "./hash.ts";
import { readObjectFile } from "./object-file.ts";
import { DEFLATE } from "./pack.ts";
import { safeFs } from "./safe-fs.ts";

/**
 * A loose object of the git directory, or undefined when there is none. It is read here and not by
 * isomorphic-git, so that a command that only reads need not load it (60 to 120 ms). Throws
 * GitError `object-damaged`, or `object-too-large` over `maxBytes`.
 */
export function readLoose(gitDir: string, oid: Oid, maxBytes: number): GitObject | undefined {
  const found = readObjectFile(join(gitDir, "objects"), oid, maxBytes);
  // An annotated tag is a sound object, but none that the port knows.
  if (found === undefined || found.type === "tag") return undefined;
  const { type, bytes } = found;
  if (bytes === undefined) throw new GitError({ code: "object-too-large", oid, limit: maxBytes });
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
