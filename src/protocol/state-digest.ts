/**
 * One number for a whole state, by which two readers see that they have folded the same. It is a hash
 * of the hashes of the shards, so that after a commit only the shards that it touched are hashed anew:
 *
 *   shard  = SHA-256 of a line `key value` LF for each entry, in order of key; values as canonical JSON
 *   state  = SHA-256 of a line `name shard` LF for each shard that is not empty, in order of name
 */
import { canonicalJson } from "./canonical.ts";
import { shardOf } from "./shards.ts";
import type { Key, Value } from "./state.ts";

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits: bulk hashing belongs at the edge. */
export type Sha256 = (text: string) => string;

/** The digest of a state by all of its entries, in any order. */
export function stateDigest(entries: Iterable<readonly [Key, Value]>, sha256: Sha256): string {
  return digestOfShards(shardDigests(entries, sha256), sha256);
}

/** By shard; entries of some shards only give the digests of these. */
export function shardDigests(
  entries: Iterable<readonly [Key, Value]>,
  sha256: Sha256,
): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [name, shard] of byShard(entries)) digests.set(name, sha256(shardText(shard)));
  return digests;
}

/** The entries of each shard that is not empty. */
export function byShard(
  entries: Iterable<readonly [Key, Value]>,
): Map<string, (readonly [Key, Value])[]> {
  const shards = new Map<string, (readonly [Key, Value])[]>();
  for (const entry of entries) {
    const name = shardOf(entry[0]);
    const shard = shards.get(name);
    if (shard === undefined) shards.set(name, [entry]);
    else shard.push(entry);
  }
  return shards;
}

/** What the digest of a shard is of; the entries come in any order. */
export function shardText(entries: Iterable<readonly [Key, Value]>): string {
  return [...entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} ${canonicalJson(value)}\n`)
    .join("");
}

export function digestOfShards(shards: ReadonlyMap<string, string>, sha256: Sha256): string {
  const lines = [...shards]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, digest]) => `${name} ${digest}\n`);
  return sha256(lines.join(""));
}
