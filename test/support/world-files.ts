/** What a test world is made of: keys that are made up, files, and the names git would give them. */
import { createHash } from "node:crypto";
import { defined } from "../../src/base/assert.ts";
import { sha256, sha256Text } from "../../src/base/sha256.ts";
import { keyPair, type KeyPair } from "../../src/keys/private-key.ts";
import type { DecidedFile } from "../../src/protocol/decide.ts";
import type { Oid, PublicKey } from "../../src/protocol/ids.ts";
import type { ChangeFacts } from "../../src/protocol/judge.ts";
import { isFurniture } from "../../src/protocol/paths.ts";
import { readRecord } from "../../src/protocol/record.ts";
import type { SignatureFact } from "../../src/protocol/signature.ts";
import { recordFile } from "./record-file.ts";

/** One file of a commit's tree: its bytes, and what its signatures are presumed to say. */
export interface WorldFile {
  readonly bytes: Uint8Array;
  readonly signatures: readonly SignatureFact[];
  readonly mode?: string;
}

export type Files = Readonly<Record<string, WorldFile | undefined>>;

const pairs = new Map<string, KeyPair>();

/** The key that follows from a name; a world only presumes that it signs, `sealed` signs with it. */
export function madeKey(name: string): PublicKey {
  const pair = pairs.get(name) ?? keyPair(sha256Text(`key of ${name}`));
  pairs.set(name, pair);
  return pair.key;
}

/** The seed of a key that was made here. */
export function seedOf(key: PublicKey): Uint8Array {
  return defined(
    [...pairs.values()].find((pair) => pair.key === key),
    "a made key",
  ).seed;
}

/** `SHA256:...` of a key, as ssh-keygen prints it. */
export function fingerprintOf(key: PublicKey): string {
  const digest = Buffer.from(sha256(Buffer.from(key.split(" ")[1]!, "base64")));
  return `SHA256:${digest.toString("base64").replace(/=+$/, "")}`;
}

/** A file as it is, for what `init` lays down and for poison. */
export function plainFile(text: string, mode?: string): WorldFile {
  return {
    bytes: new TextEncoder().encode(text),
    signatures: [],
    ...(mode === undefined ? {} : { mode }),
  };
}

/** The files of a decision with the signatures that were presumed when it was rehearsed. */
export function decidedFiles(
  files: readonly DecidedFile[],
  keys: readonly PublicKey[],
  accepted: (path: string) => WorldFile | undefined = () => undefined,
): Files {
  return Object.fromEntries(
    files.map((file): [string, WorldFile | undefined] => {
      if (file.write === "restore") return [file.path, accepted(file.path)];
      if (file.write === "removal") return [file.path, undefined];
      if (file.write === "file") return [file.path, plainFile(file.text)];
      const signers = file.cosigned ? keys : keys.slice(0, 1);
      const made = recordFile({
        path: file.path,
        text: file.body,
        namespace: file.namespace,
        signers,
      });
      return [file.path, made[file.path]];
    }),
  );
}

/** A tree with some of its files set or taken away. */
export function withFiles(
  tree: ReadonlyMap<string, WorldFile>,
  files: Files,
): ReadonlyMap<string, WorldFile> {
  const all = new Map(tree);
  for (const [path, file] of Object.entries(files)) {
    if (file === undefined) all.delete(path);
    else all.set(path, file);
  }
  return all;
}

export function isSame(a: WorldFile | undefined, b: WorldFile | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.compare(a.bytes, b.bytes) === 0 && a.mode === b.mode;
}

export function changeOf(path: string, file: WorldFile | undefined): ChangeFacts {
  if (file === undefined)
    return { path, mode: undefined, oid: undefined, size: 0, record: undefined, signatures: [] };
  const { bytes, signatures, mode = "100644" } = file;
  const plain = mode === "100644" && !isFurniture(path);
  const record = plain ? readRecord(path, bytes) : undefined;
  return { path, mode, oid: hashOf("blob", bytes), size: bytes.length, record, signatures };
}

/** The name that git gives an object of this content. */
export function hashOf(type: string, content: string | Uint8Array): Oid {
  const bytes = Buffer.from(content);
  const header = `${type} ${bytes.length}\0`;
  return createHash("sha1").update(header).update(bytes).digest("hex") as Oid;
}
