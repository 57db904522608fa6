/**
 * A folded state as a git tree: a blob for each shard, of the very bytes that the digest is of. It
 * travels beside the line, and git itself shares the shards that two snapshots have in common. A
 * snapshot proves nothing: it is believed where its digest is one that trusted agents have signed.
 */
import { err, ok, type Result } from "../base/result.ts";
import type { Oid } from "../protocol/ids.ts";
import { decodeTree, encodeTree, FILE_MODE, type TreeEntry } from "../protocol/objects.ts";
import {
  byShard,
  digestOfShards,
  shardText,
  stateDigest,
  type Sha256,
} from "../protocol/state-digest.ts";
import type { Key, Value } from "../protocol/state.ts";
import type { Clock, GitObject, Objects } from "./ports.ts";

export interface Snapshot {
  readonly tree: Oid;
  readonly digest: string;
  /** Shards, and those among them that are written anew. */
  readonly shards: number;
  readonly fresh: number;
}

/** More shards than a mound of any size has: 4,000, and those that hostile paths made. */
const SHARDS_MAX = 50_000;
/** A state of a million commits is half of that. */
const BYTES_MAX = 512 * 1024 * 1024;
/** After so many shards others get their turn: the daemon's clients wait for this thread. */
const SHARDS_AT_ONCE = 64;

/** Writes a state; `before`: an earlier snapshot, whose shards need not be written again. */
export async function writeSnapshot(
  entries: Iterable<readonly [Key, Value]>,
  ports: { readonly objects: Objects; readonly clock: Clock },
  sha256: Sha256,
  before?: Oid,
): Promise<Snapshot> {
  const { objects, clock } = ports;
  const known = new Set((await readEntries(before, objects)).map(({ oid }) => oid));
  const written: GitObject[] = [];
  const tree: TreeEntry[] = [];
  const digests = new Map<string, string>();
  for (const [name, shard] of byShard(entries)) {
    const text = shardText(shard);
    const bytes = new TextEncoder().encode(text);
    const oid = objects.name("blob", bytes);
    digests.set(name, sha256(text));
    tree.push({ mode: FILE_MODE, name, oid });
    if (!known.has(oid)) written.push({ oid, type: "blob", bytes });
    if (tree.length % SHARDS_AT_ONCE === 0) await clock.sleep(0);
  }
  const bytes = encodeTree(tree);
  const oid = objects.name("tree", bytes);
  await objects.write([...written, { oid, type: "tree", bytes }]);
  const digest = digestOfShards(digests, sha256);
  return { tree: oid, digest, shards: tree.length, fresh: written.length };
}

export interface ReadState {
  readonly entries: readonly (readonly [Key, Value])[];
  readonly digest: string;
}

/**
 * Reads what is said to be a snapshot; the error is a sentence's end. The digest is that of the
 * entries as they were understood, so no trick of the tree can make another state pass.
 */
export async function readSnapshot(
  tree: Oid,
  objects: Objects,
  sha256: Sha256,
): Promise<Result<ReadState, string>> {
  try {
    const shards = await readEntries(tree, objects);
    if (shards.length === 0) return err("it is not there");
    if (shards.length > SHARDS_MAX) return err("it has far too many shards");
    const entries = new Map<Key, Value>();
    let size = 0;
    for (const { oid } of shards) {
      const object = await objects.read(oid);
      if (object?.type !== "blob") return err("a shard of it is missing");
      size += object.bytes.length;
      if (size > BYTES_MAX) return err("it is far too large");
      const text = new TextDecoder("utf-8", { fatal: true }).decode(object.bytes);
      for (const line of text.split("\n")) {
        if (line === "") continue;
        // The one kind of key that has a blank of its own: that of a public key, `type base64`.
        const from = line.startsWith("key/") ? line.indexOf(" ") + 1 : 0;
        const space = line.indexOf(" ", from);
        entries.set(line.slice(0, space) as Key, JSON.parse(line.slice(space + 1)) as Value);
      }
    }
    return ok({ entries: [...entries], digest: stateDigest(entries, sha256) });
  } catch (error) {
    return err(`it cannot be read (${(error as Error).message})`);
  }
}

async function readEntries(tree: Oid | undefined, objects: Objects): Promise<TreeEntry[]> {
  const object = tree === undefined ? undefined : await objects.read(tree);
  return object?.type === "tree" ? decodeTree(object.bytes) : [];
}
