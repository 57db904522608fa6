import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base32 } from "../../src/base/base32.ts";
import { runs } from "../support/scale.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** The definition, on a number of any size: pad to a multiple of five bits, then digits of base 32. */
function reference(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const padded = bits.padEnd(Math.ceil(bits.length / 5) * 5, "0");
  return (padded.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join("");
}

describe("base32", () => {
  test("has no letters that people confuse, and sorts as its bytes do", () => {
    expect(base32(Uint8Array.of())).toBe("");
    expect(base32(Uint8Array.of(0xff))).toBe("zw");
    expect(base32(Uint8Array.of(0, 0, 0, 0, 0))).toBe("00000000");
    expect(base32(new TextEncoder().encode("foobar"))).toBe("csqpyrk1e8");
  });

  test("is Crockford's, most significant bit first", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(base32(bytes)).toBe(reference(bytes));
      }),
      runs(300),
    );
  });
});
