import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import type { GitObject } from "../app/ports.ts";
import { hashObject } from "./hash.ts";
import { encodePackIndex } from "./pack-index.ts";
import { encodePack } from "./pack.ts";

/** git's own prefix: `git gc` removes such files when a crash leaves one. */
const TEMPORARY_PREFIX = "tmp_pack_";
/** As git leaves its packs: nobody may write them again. */
const PACK_MODE = 0o444;

/** Packs of this process that `git repack` is to let be, for no ref leads to them yet. */
const kept = new Map<string, Set<string>>();

/**
 * Writes objects as one pack with its index, in process: `git index-pack` takes 10 ms and more to
 * start. Both files are whole, and where `durable` on disk, before git can see the pack. Until
 * `releasePacks` it is kept: `git repack -a -d` takes a pack away whose objects no ref can reach.
 */
export function writePack(gitDir: string, objects: readonly GitObject[], durable: boolean): void {
  const distinct = new Map(objects.map((object) => [object.oid, object]));
  for (const { oid, type, bytes } of distinct.values())
    assert(hashObject(type, bytes) === oid, `object ${oid} has other content`);
  const pack = encodePack([...distinct.values()]);
  const folder = join(gitDir, "objects", "pack");
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, TEMPORARY_PREFIX + randomBytes(8).toString("hex"));
  const name = join(folder, `pack-${Buffer.from(pack.checksum).toString("hex")}`);
  const settings = { mode: PACK_MODE, flag: "wx", flush: durable } as const;
  try {
    writeFileSync(`${temporary}.pack`, pack.bytes, settings);
    writeFileSync(`${temporary}.idx`, encodePackIndex(pack), settings);
    writeFileSync(`${name}.keep`, `mound ${process.pid}\n`);
    kept.set(gitDir, (kept.get(gitDir) ?? new Set()).add(`${name}.keep`));
    // git looks for indexes: a pack without one is not there yet.
    renameSync(`${temporary}.pack`, `${name}.pack`);
    renameSync(`${temporary}.idx`, `${name}.idx`);
  } catch (error) {
    for (const ending of [".pack", ".idx"]) rmSync(temporary + ending, { force: true });
    rmSync(`${name}.keep`, { force: true });
    throw error;
  }
}

/** Lets git treat the packs of this process as any others: a ref leads to what is in them. */
export function releasePacks(gitDir: string): void {
  for (const path of kept.get(gitDir) ?? []) rmSync(path, { force: true });
  kept.delete(gitDir);
}

/** Whether there are packs of this process that are kept from `git repack`. */
export function hasKeptPacks(gitDir: string): boolean {
  return kept.has(gitDir);
}
