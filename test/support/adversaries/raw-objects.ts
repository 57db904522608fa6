/**
 * Objects and refs written into a repository as bytes, past everything that git itself would refuse:
 * the loose files that `git hash-object --literally` makes, without a process for each.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { GitObject } from "../../../src/app/ports.ts";
import { hashObject, objectHeader } from "../../../src/git/hash.ts";
import type { Oid } from "../../../src/protocol/ids.ts";
import { encodeName } from "../../../src/protocol/objects.ts";

/** An entry of a tree as its bytes will be: any mode, any name. */
export interface RawEntry {
  readonly mode: string;
  /** As `decodeName` gives it. */
  readonly name: string;
  readonly oid: Oid;
}

export class RawObjects {
  readonly gitDir: string;
  /** What was not there before. */
  readonly written: GitObject[] = [];

  constructor(gitDir: string) {
    this.gitDir = gitDir;
  }

  put(type: "blob" | "tree" | "commit", bytes: Uint8Array): Oid {
    const oid = hashObject(type, bytes);
    const folder = join(this.gitDir, "objects", oid.slice(0, 2));
    const file = join(folder, oid.slice(2));
    if (existsSync(file)) return oid;
    mkdirSync(folder, { recursive: true });
    const whole = Buffer.concat([Buffer.from(objectHeader(type, bytes.length)), bytes]);
    writeFileSync(file, deflateSync(whole, { level: 1 }), { mode: 0o444 });
    this.written.push({ oid, type, bytes });
    return oid;
  }

  /** The entries stay in the order given. */
  tree(entries: readonly RawEntry[]): Oid {
    const parts = entries.flatMap(({ mode, name, oid }) => [
      Buffer.from(`${mode} `),
      encodeName(name),
      Buffer.from([0]),
      Buffer.from(oid, "hex"),
    ]);
    return this.put("tree", Buffer.concat(parts));
  }

  /** A blob of `size` bytes that are all the same, as a bomb is packed. */
  zeros(size: number): Oid {
    return this.put("blob", Buffer.alloc(size));
  }
}
