import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Oid } from "../../src/protocol/ids.ts";
import {
  decodeName,
  decodeTree,
  encodeName,
  encodeTree,
  isFolder,
  type TreeEntry,
} from "../../src/protocol/objects.ts";

const oid = (digit: string) => digit.repeat(40) as Oid;
const file = (name: string): TreeEntry => ({ mode: "100644", name, oid: oid("a") });
const folder = (name: string): TreeEntry => ({ mode: "40000", name, oid: oid("b") });

describe("trees", () => {
  test("a tree of one file has the bytes that git gives it", () => {
    const bytes = encodeTree([
      { mode: "100644", name: "a", oid: "0123456789abcdef0123456789abcdef01234567" as Oid },
    ]);
    expect(Buffer.from(bytes).toString("latin1")).toBe(
      "100644 a\0\u0001#Eg\u0089\u00ab\u00cd\u00ef\u0001#Eg\u0089\u00ab\u00cd\u00ef\u0001#Eg",
    );
  });

  test("a folder sorts as if its name ended in a slash", () => {
    const sorted = [
      file("a"),
      file("a-b"),
      file("a.b"),
      folder("a"),
      file("a0"),
      folder("b"),
      file("b0"),
    ];
    expect(decodeTree(encodeTree(sorted.toReversed()))).toEqual(sorted);
    expect(
      decodeTree(encodeTree([file("a/"), file("ab"), file("Z"), file("é"), file("\u{1f41c}")])).map(
        ({ name }) => name,
      ),
    ).toEqual(["Z", "a/", "ab", "é", "\u{1f41c}"]);
  });

  test("any names, modes and oids survive a round trip", () => {
    const name = fc
      .uint8Array({ minLength: 1, maxLength: 12 })
      .filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f));
    const entry = fc.record({
      mode: fc.constantFrom("40000", "100644", "100755", "120000", "160000", "100664", "040000"),
      name: name.map(decodeName),
      oid: fc
        .uint8Array({ minLength: 20, maxLength: 20 })
        .map((bytes) => Buffer.from(bytes).toString("hex") as Oid),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (one) => one.name }), (entries) => {
        const bytes = encodeTree(entries);
        const decoded = decodeTree(bytes);
        expect(encodeTree(decoded)).toEqual(bytes);
        const byName = (a: TreeEntry, b: TreeEntry) => (a.name < b.name ? -1 : 1);
        expect(decoded.toSorted(byName)).toEqual(entries.toSorted(byName));
      }),
    );
  });

  test("what is no tree is refused, and no bytes hang or crash it", () => {
    for (const text of [
      "x",
      "100644 a",
      "100644 a\0short",
      "10064 \0",
      `9 a\0${"x".repeat(20)}`,
      `1006440000 a\0${"x".repeat(20)}`,
    ]) {
      expect(() => decodeTree(Buffer.from(text)), text).toThrow("malformed tree");
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          decodeTree(bytes);
        } catch (error) {
          expect(String(error)).toContain("malformed tree");
        }
      }),
    );
  });

  test("only a folder's mode is a folder's", () => {
    expect(["40000", "040000"].map(isFolder)).toEqual([true, true]);
    expect(["100644", "120000", "160000", "100755"].some(isFolder)).toBe(false);
  });
});

describe("names", () => {
  test("UTF-8 reads as it is, a byte order mark included", () => {
    for (const name of ["plain", "ünïcödé", "\u{1f41c}", "\ufeffmark"]) {
      expect(decodeName(Buffer.from(name))).toBe(name);
      expect([...encodeName(name)]).toEqual([...Buffer.from(name)]);
    }
  });

  test("bytes that are no UTF-8 become lone surrogates, as in Python", () => {
    expect(decodeName(Uint8Array.from([0x61, 0xff, 0xc3, 0xa9, 0xc3]))).toBe("a\udcffé\udcc3");
    // An encoded surrogate and an overlong slash are not UTF-8 either.
    expect(decodeName(Uint8Array.from([0xed, 0xb2, 0x80, 0xc0, 0xaf]))).toBe(
      "\udced\udcb2\udc80\udcc0\udcaf",
    );
  });

  test("any bytes come back", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .array(
          fc.oneof(
            fc.constantFrom(0xed, 0xb2, 0x80, 0xf0, 0x9f, 0x90, 0x9c, 0xc3, 0xa9),
            fc.nat(255),
          ),
          { maxLength: 40 },
        )
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, (one) => Buffer.compare(encodeName(decodeName(one)), one) === 0),
      { numRuns: 2_000 },
    );
  });
});
