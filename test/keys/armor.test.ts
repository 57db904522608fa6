import fc from "fast-check";
import { expect, test } from "vitest";
import { armor, unarmor, unarmorLoosely } from "../../src/keys/armor.ts";

const LABEL = "SSH SIGNATURE";

test("lines have 70 characters, and a full last line is not followed by an empty one", () => {
  // 105 bytes are 140 characters: two full lines.
  const lines = armor(LABEL, new Uint8Array(105)).split("\n");
  expect(lines.map((line) => line.length)).toEqual([29, 70, 70, 27, 0]);
});

test("bytes come back from their one spelling, and from no other", () => {
  const property = (bytes: Uint8Array, at: number, character: string) => {
    const text = armor(LABEL, bytes);
    expect(Buffer.from(unarmor(LABEL, text) ?? [])).toEqual(Buffer.from(bytes));
    const place = at % text.length;
    const inserted = text.slice(0, place) + character + text.slice(place);
    expect(unarmor(LABEL, inserted)).not.toEqual(Buffer.from(bytes));
  };
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
  const characters = fc.constantFrom(" ", "\n", "\r", "\t", "=", "-", "\u00a0", "*", "A");
  fc.assert(fc.property(bytes, fc.nat(), characters, property), { numRuns: 300 });
});

test("unused bits of the last character are zero", () => {
  const text = armor(LABEL, Uint8Array.of(0));
  expect(text).toContain("\nAA==\n");
  expect(unarmor(LABEL, text.replace("AA==", "AB=="))).toBeUndefined();
  expect(unarmor(LABEL, text.replace("AA==", "AA"))).toBeUndefined();
});

test("read loosely, line ends and wrapping do not matter, but marks and alphabet do", () => {
  const text = armor(LABEL, new Uint8Array(200));
  expect(unarmorLoosely(LABEL, text.replaceAll("\n", "\r\n"))).toHaveLength(200);
  expect(unarmorLoosely(LABEL, `\n  ${text}\n`)).toHaveLength(200);
  expect(unarmorLoosely(LABEL, text.replace("END", "BEGIN"))).toBeUndefined();
  expect(unarmorLoosely(LABEL, text.replace("AAAA", "AA*A"))).toBeUndefined();
  expect(unarmorLoosely("OPENSSH PRIVATE KEY", text)).toBeUndefined();
});
