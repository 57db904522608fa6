import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256, sha256Text } from "../../src/base/sha256.ts";
import { runs } from "../support/scale.ts";

function reference(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("sha256", () => {
  test("gives the digests of FIPS 180-4", () => {
    expect(hex(sha256Text(""))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(hex(sha256Text("abc"))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  test("agrees with node:crypto at every length around the block size", () => {
    for (let length = 0; length <= 260; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);
      expect(hex(sha256(bytes))).toBe(reference(bytes));
    }
  });

  test("agrees with node:crypto on any bytes, and reads a view as what it shows", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), fc.nat(3), (bytes, skip) => {
        expect(hex(sha256(bytes))).toBe(reference(bytes));
        expect(hex(sha256(bytes.subarray(skip)))).toBe(reference(bytes.slice(skip)));
      }),
      runs(200),
    );
  });

  test("agrees with node:crypto on texts, in UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(hex(sha256Text(text))).toBe(reference(text));
      }),
      runs(200),
    );
  });
});
