import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { hashObject } from "../../src/git/hash.ts";
import { readObjectFile } from "../../src/git/object-file.ts";
import { prng } from "../../src/base/prng.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { folder } from "./scratch.ts";

const MIB = 1024 * 1024;

describe("an object in a file of its own", () => {
  test("comes with its type and content; at the limit still, above it only with its size", async () => {
    const at = await folder();
    const oid = put(at, Buffer.from("0123456789"));
    expect(readObjectFile(at, oid, 10)).toEqual({
      type: "blob",
      size: 10,
      bytes: new Uint8Array(Buffer.from("0123456789")),
    });
    expect(readObjectFile(at, oid, 9)).toEqual({ type: "blob", size: 10, bytes: undefined });
    expect(readObjectFile(at, "0".repeat(40) as Oid, 10)).toBeUndefined();
  });

  test("a bomb is not inflated, and a large file is not read", async () => {
    const at = await folder();
    const bomb = put(at, Buffer.alloc(100 * MIB));
    const random = prng(7);
    const large = put(at, Buffer.from(Array.from({ length: 4 * MIB }, () => random() & 0xff)));
    const before = process.memoryUsage();
    expect(readObjectFile(at, bomb, 16_384)).toMatchObject({ size: 100 * MIB, bytes: undefined });
    expect(readObjectFile(at, large, 16_384)).toMatchObject({ size: 4 * MIB, bytes: undefined });
    const { arrayBuffers, external } = process.memoryUsage();
    expect(arrayBuffers + external - before.arrayBuffers - before.external).toBeLessThan(2 * MIB);
  });

  test("what is torn, or is something else than its name says, throws", async () => {
    const at = await folder();
    const oid = put(at, Buffer.from("0123456789"));
    const path = join(at, oid.slice(0, 2), oid.slice(2));
    writeFileSync(path, deflateSync(Buffer.from("blob 10\0abcdefghij")));
    expect(() => readObjectFile(at, oid, 10)).toThrow("its name does not fit");
    writeFileSync(path, deflateSync(Buffer.from("blob 10\u00000123456789")).subarray(0, 9));
    expect(() => readObjectFile(at, oid, 10)).toThrow("object-damaged");
    writeFileSync(path, "");
    expect(() => readObjectFile(at, oid, 10)).toThrow("object-damaged");
  });
});

function put(at: string, bytes: Uint8Array): Oid {
  const oid = hashObject("blob", bytes);
  mkdirSync(join(at, oid.slice(0, 2)), { recursive: true });
  const whole = Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]);
  writeFileSync(join(at, oid.slice(0, 2), oid.slice(2)), deflateSync(whole, { level: 1 }));
  return oid;
}
