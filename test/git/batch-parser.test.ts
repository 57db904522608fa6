import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatchAnswer, batchParser } from "../../src/git/batch-parser.ts";
import { hashObject } from "../../src/git/hash.ts";

describe("batchParser", () => {
  test("answers do not depend on how the stream is cut", () => {
    const blobs = fc.array(fc.option(fc.uint8Array({ maxLength: 60 })), {
      minLength: 1,
      maxLength: 12,
    });
    const property = fc.property(
      blobs,
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (contents, cuts) => {
        const stream = Buffer.concat(contents.flatMap((bytes) => written(bytes)));
        const found = parse(stream, cuts, 40);
        expect(found.map((one) => one && [one.size, [...(one.bytes ?? [])]])).toEqual(
          contents.map((bytes) =>
            bytes === null ? undefined : [bytes.length, [...bytes.subarray(0, 40)]],
          ),
        );
      },
    );
    fc.assert(property);
  });

  test("without content a header is the whole answer", () => {
    const found: unknown[] = [];
    const oid = "a".repeat(40);
    batchParser(false, 0, (one) => found.push(one)).push(
      Buffer.from(`${oid} blob 17\n${oid} missing\n`),
    );
    expect(found).toEqual([{ oid, type: "blob", size: 17, bytes: undefined }, undefined]);
  });

  test("what git does not document is an error", () => {
    const parser = batchParser(true, 100, () => undefined);
    expect(() => parser.push(Buffer.from("fatal: something\n"))).toThrow(
      "unexpected answer of git cat-file: fatal",
    );
  });
});

function written(bytes: Uint8Array | null): Buffer[] {
  if (bytes === null) return [Buffer.from(`${"b".repeat(40)} missing\n`)];
  return [
    Buffer.from(`${hashObject("blob", bytes)} blob ${bytes.length}\n`),
    Buffer.from(bytes),
    Buffer.from("\n"),
  ];
}

function parse(
  stream: Buffer,
  cuts: readonly number[],
  maxBytes: number,
): (BatchAnswer | undefined)[] {
  const found: (BatchAnswer | undefined)[] = [];
  const parser = batchParser(true, maxBytes, (one) => found.push(one));
  for (let at = 0, index = 0; at < stream.length; index += 1) {
    const end = at + (cuts[index % cuts.length] ?? 1);
    parser.push(stream.subarray(at, end));
    at = end;
  }
  return found;
}
