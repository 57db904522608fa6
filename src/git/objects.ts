import type { GitObject, Objects } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";
import type { BatchAnswer } from "./batch-parser.ts";
import { catFile } from "./cat-file.ts";
import { GitError } from "./fault.ts";
import { hashObject } from "./hash.ts";
import { readLoose, writeLoose } from "./loose.ts";
import { objectCache } from "./object-cache.ts";
import { runGit } from "./run.ts";
import { writePack } from "./write-pack.ts";

export interface ObjectsOptions {
  /** Whether what is written is on disk before `write` returns. */
  readonly durable?: boolean;
  /** The common git directory: the one that holds `objects/`. */
  readonly gitDir: string;
  /** git's quarantine variables, in a hook. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A batch of this many objects is written as one pack: two files instead of one for each, and two waits
 * for the disk. What a single command writes stays below it, or each would leave a pack behind.
 */
export const PACK_FROM = 20;
/** Holds the trees and the records that a few hundred commands in a row touch. */
const CACHE_BYTES = 32 * 1024 * 1024;
/** No object of a mound comes near it; a larger one would only fill the memory. */
const READ_LIMIT = 64 * 1024 * 1024;

/**
 * The object store of a git directory. Reads look into a cache, then at the loose file, then ask a
 * `git cat-file` that is started once. Throws GitError `object-damaged`, `object-too-large` (64 MiB)
 * or `git-failed`. An annotated tag counts as absent.
 */
export function gitObjects(options: ObjectsOptions): Objects {
  const { gitDir, environment } = options;
  const cache = objectCache(CACHE_BYTES);
  const packs = catFile({ gitDir, mode: "--batch", maxBytes: READ_LIMIT, environment });

  const readPacked = async (oid: Oid): Promise<GitObject | undefined> => {
    const ask = async (): Promise<BatchAnswer | undefined> => {
      const [found] = await packs.ask([oid]).catch((error: unknown) => {
        throw asDamage(error, oid);
      });
      return found;
    };
    let found = await ask();
    if (found === undefined) {
      // `--batch` calls a damaged object missing; `-e` only looks whether there is one.
      const { exitCode } = await runGit(["cat-file", "-e", oid], options);
      if (exitCode !== 0) return undefined;
      found = await ask();
      if (found === undefined)
        throw new GitError({ code: "object-damaged", oid, detail: "git cannot read it" });
    }
    if (!isObject(found)) return undefined;
    const { size, type, bytes } = found;
    if (bytes?.length !== size)
      throw new GitError({ code: "object-too-large", oid, limit: READ_LIMIT });
    return { oid, type, bytes };
  };

  return {
    name: hashObject,
    async read(oid) {
      const cached = cache.get(oid);
      if (cached !== undefined) return cached;
      const object = readLoose(gitDir, oid, READ_LIMIT) ?? (await readPacked(oid));
      if (object !== undefined) cache.put(object);
      return object;
    },
    async write(objects) {
      if (objects.length < PACK_FROM) await writeLoose(gitDir, objects, options.durable);
      else writePack(gitDir, objects, options.durable ?? false);
      // The caller may use its buffers again.
      for (const object of objects) cache.put({ ...object, bytes: new Uint8Array(object.bytes) });
    },
    async close() {
      packs.close();
      cache.clear();
    },
  };
}

function isObject(found: BatchAnswer): found is BatchAnswer & { readonly type: GitObject["type"] } {
  return found.type === "blob" || found.type === "tree" || found.type === "commit";
}

/** git cat-file ends itself over a damaged object; asked for one object, that is the reason. */
function asDamage(error: unknown, oid: Oid): unknown {
  if (!(error instanceof GitError) || error.fault.code !== "git-failed") return error;
  return new GitError({ code: "object-damaged", oid, detail: error.fault.detail });
}
