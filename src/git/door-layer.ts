/**
 * One layer of the door's cache: what changed in the state up to a commit, sharded, behind a table of
 * offsets. The lowest layer holds the whole state. Every piece carries a checksum, for whoever can be
 * made to read a damaged state can be made to accept what is illegal.
 *
 *   {tip, shards: {name: [offset, length, crc32]}} LF bodies, each a JSON list of [key, value or null]
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Oid } from "../protocol/ids.ts";
import type { Key, Value } from "../protocol/state.ts";

export type Pair = readonly [Key, Value | null];

type Place = readonly [offset: number, length: number, sum: number];

interface Header {
  readonly tip: Oid;
  readonly shards: Readonly<Record<string, Place>>;
}

/** A first read that holds the table of most layers; the table of a large mound takes two. */
const HEAD_BYTES = 128 * 1024;
const LF = 0x0a;

export class Layer {
  readonly tip: Oid;
  /** Bytes of the file. */
  readonly size: number;
  readonly #file: number;
  readonly #header: Header;
  readonly #bodyAt: number;

  private constructor(file: number, header: Header, bodyAt: number) {
    this.#file = file;
    this.#header = header;
    this.#bodyAt = bodyAt;
    this.tip = header.tip;
    this.size = fstatSync(file).size;
  }

  /** Throws where it is not there, or damaged. */
  static open(path: string): Layer {
    const file = openSync(path, "r");
    try {
      const head = readHead(file);
      const end = head.indexOf(LF);
      if (end < 0) throw new Error("a layer without a header");
      const [sum, text] = [head.toString("latin1", 0, 8), head.subarray(9, end)];
      if (sum !== checksum(text)) throw new Error("the header of a layer is damaged");
      return new Layer(file, JSON.parse(text.toString("utf8")) as Header, end + 1);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  shards(): readonly string[] {
    return Object.keys(this.#header.shards);
  }

  /** The bytes of a shard, checked; undefined where the layer has nothing of it. */
  body(name: string): Buffer | undefined {
    const place = this.#header.shards[name];
    if (place === undefined) return undefined;
    const [offset, length, sum] = place;
    const bytes = Buffer.allocUnsafe(length);
    const read = readSync(this.#file, bytes, 0, length, this.#bodyAt + offset);
    if (read < length || crc32(bytes) !== sum) throw new Error(`the shard ${name} is damaged`);
    return bytes;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Writes a layer to a temporary name and renames it. */
export function writeLayer(
  path: string,
  tip: Oid,
  bodies: ReadonlyMap<string, Buffer>,
  mode: number,
): void {
  const shards: Record<string, Place> = {};
  let offset = 0;
  for (const [name, body] of bodies) {
    shards[name] = [offset, body.length, crc32(body)];
    offset += body.length;
  }
  const header = Buffer.from(JSON.stringify({ tip, shards } satisfies Header));
  const head = Buffer.concat([Buffer.from(`${checksum(header)} `), header, Buffer.from("\n")]);
  const temporary = `${path}.tmp-${process.pid}`;
  writeFileSync(temporary, Buffer.concat([head, ...bodies.values()]), { mode });
  renameSync(temporary, path);
}

export function encodeShard(pairs: Iterable<Pair>): Buffer {
  return Buffer.from(`${JSON.stringify([...pairs])}\n`);
}

export function decodeShard(body: Buffer): readonly Pair[] {
  return JSON.parse(body.toString("utf8")) as Pair[];
}

/** CRC-32 as eight hexadecimal digits. */
export function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, "0");
}

function readHead(file: number): Buffer {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.allocUnsafe(HEAD_BYTES);
    const bytes = readSync(file, chunk, 0, chunk.length, head.length);
    head = Buffer.concat([head, chunk.subarray(0, bytes)]);
    if (bytes === 0 || head.includes(LF)) return head;
  }
}
