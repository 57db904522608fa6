import { createPublicKey, verify as verifyOpenssl } from "node:crypto";
import { Point, verify as verifyNoble } from "@noble/ed25519";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkPublicKey, publicKeyOf, sign, verify, verifyStrict } from "../../src/keys/ed25519.ts";
import {
  challenge,
  encodingsAboveP,
  forge,
  L,
  littleEndian,
  torsionEncodings,
  torsionPoints,
  toNumber,
} from "./curve.ts";

const seed = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 1);
const key = publicKeyOf(seed);
const message = Buffer.from("claim k3f9qz7 under token 1");
const signature = sign(seed, message);

/** A key and a nonce whose scalars the test knows, as an attacker knows his own. */
const a = 123456789012345678901234567890n;
const pointA = Point.BASE.multiply(a);
const r = 987654321098765432109876543210n;
const pointR = Point.BASE.multiply(r);

/** The answer on which both ways agree. */
function answer(bytes: Uint8Array, text: Uint8Array, raw: Uint8Array): boolean {
  const fast = verify(bytes, text, raw);
  expect(verifyStrict(bytes, text, raw)).toBe(fast);
  return fast;
}

function openssl(bytes: Uint8Array, text: Uint8Array, raw: Uint8Array): boolean {
  const x = Buffer.from(raw).toString("base64url");
  const native = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
  return verifyOpenssl(null, text, native, bytes);
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

describe("signing", () => {
  test("gives the vectors of RFC 8032, section 7.1", () => {
    const vectors = [
      [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
      ],
      [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
      ],
      [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
      ],
    ];
    for (const [secret = "", raw = "", text = "", expected = ""] of vectors) {
      const bytes = Uint8Array.from(Buffer.from(secret, "hex"));
      expect(Buffer.from(publicKeyOf(bytes)).toString("hex")).toBe(raw);
      const made = sign(bytes, Buffer.from(text, "hex"));
      expect(Buffer.from(made).toString("hex")).toBe(expected);
      expect(answer(made, Buffer.from(text, "hex"), Buffer.from(raw, "hex"))).toBe(true);
    }
  });
});

describe("a public key", () => {
  test("is good when it is a canonical point of prime order", () => {
    expect(checkPublicKey(key)).toBe(true);
    expect(checkPublicKey(pointA.toBytes())).toBe(true);
  });

  test("is refused when it has another length", () => {
    expect(checkPublicKey(key.subarray(0, 31))).toBe(false);
    expect(checkPublicKey(Uint8Array.from([...key, 0]))).toBe(false);
    expect(checkPublicKey(new Uint8Array(0))).toBe(false);
  });

  test("is refused in each of the 14 spellings of the 8 points of small order", () => {
    const encodings = torsionEncodings();
    expect(encodings).toHaveLength(14);
    for (const encoding of encodings) expect(checkPublicKey(encoding)).toBe(false);
  });

  test("is refused when its encoding is not canonical", () => {
    for (const encoding of encodingsAboveP()) expect(checkPublicKey(encoding)).toBe(false);
  });

  test("is refused when it is not on the curve", () => {
    expect(checkPublicKey(littleEndian(2n))).toBe(false);
  });

  test("is refused when it has a part of small order", () => {
    for (const point of torsionPoints().slice(1)) {
      expect(checkPublicKey(pointA.add(point).toBytes())).toBe(false);
    }
  });
});

describe("OpenSSL and noble give one answer", () => {
  test("for a good signature, an empty message, another message and another key", () => {
    expect(answer(signature, message, key)).toBe(true);
    expect(answer(sign(seed, new Uint8Array(0)), new Uint8Array(0), key)).toBe(true);
    expect(answer(signature, Buffer.from("claim k3f9qz7 under token 2"), key)).toBe(false);
    expect(answer(signature, message, pointA.toBytes())).toBe(false);
  });

  test("for a forged but regular signature, which shows that the forger works", () => {
    const [encodedR, encodedA] = [pointR.toBytes(), pointA.toBytes()];
    expect(answer(forge(r, a, encodedR, encodedA, message), message, encodedA)).toBe(true);
  });

  test("when S is not below L", () => {
    const s = toNumber(signature.subarray(32));
    let tried = 0;
    for (let larger = s + L; larger < 2n ** 256n; larger += L) {
      const bytes = Uint8Array.from([...signature.subarray(0, 32), ...littleEndian(larger)]);
      expect(answer(bytes, message, key)).toBe(false);
      tried += 1;
    }
    expect(tried).toBeGreaterThanOrEqual(14);
    for (const edge of [L - 1n, L, L + 1n, 0n, 2n ** 256n - 1n]) {
      const bytes = Uint8Array.from([...signature.subarray(0, 32), ...littleEndian(edge)]);
      expect(answer(bytes, message, key)).toBe(false);
    }
  });

  test("when A and R are of small order, in every pair of spellings", () => {
    for (const encodedA of torsionEncodings()) {
      for (const encodedR of torsionEncodings()) {
        const bytes = Uint8Array.from([...encodedR, ...littleEndian(0n)]);
        expect(answer(bytes, message, encodedA)).toBe(false);
      }
    }
  });

  test("when R is of small order, which OpenSSL alone lets pass for the identity", () => {
    const encodedA = pointA.toBytes();
    let passed = 0;
    for (const encodedR of torsionEncodings()) {
      const bytes = forge(0n, a, encodedR, encodedA, message);
      if (openssl(bytes, message, encodedA)) passed += 1;
      expect(answer(bytes, message, encodedA)).toBe(false);
    }
    expect(passed).toBe(1);
  });

  test("when R has a part of small order, which noble alone lets pass", () => {
    const encodedA = pointA.toBytes();
    for (const point of torsionPoints().slice(1)) {
      const encodedR = pointR.add(point).toBytes();
      const bytes = forge(r, a, encodedR, encodedA, message);
      expect(verifyNoble(bytes, message, encodedA, { zip215: false })).toBe(true);
      expect(answer(bytes, message, encodedA)).toBe(false);
    }
  });

  test("when A has a part of small order, which both alone let pass", () => {
    let passed = 0;
    for (const point of torsionPoints().slice(1)) {
      const encodedA = pointA.add(point).toBytes();
      const [bytes, text] = forgeWithoutTorsion(encodedA);
      expect(verifyNoble(bytes, text, encodedA, { zip215: false })).toBe(true);
      if (openssl(bytes, text, encodedA)) passed += 1;
      expect(answer(bytes, text, encodedA)).toBe(false);
    }
    expect(passed).toBe(7);
  });

  test("when R is not canonical", () => {
    for (const encodedR of encodingsAboveP()) {
      const bytes = forge(r, a, encodedR, pointA.toBytes(), message);
      expect(answer(bytes, message, pointA.toBytes())).toBe(false);
    }
  });

  test("when A is not canonical", () => {
    for (const encodedA of encodingsAboveP()) {
      expect(answer(forge(r, a, pointR.toBytes(), encodedA, message), message, encodedA)).toBe(
        false,
      );
    }
  });

  test("when signature or key is too short or too long", () => {
    for (let length = 0; length < 64; length += 1) {
      expect(answer(signature.subarray(0, length), message, key)).toBe(false);
    }
    expect(answer(Uint8Array.from([...signature, 0]), message, key)).toBe(false);
    expect(answer(signature, message, key.subarray(0, 31))).toBe(false);
    expect(answer(signature, message, Uint8Array.from([...key, 0]))).toBe(false);
  });

  test("when any one bit of the signature is flipped", () => {
    for (let bit = 0; bit < 512; bit += 1) {
      expect(answer(flipped(signature, bit), message, key)).toBe(false);
    }
  });

  test("when any one bit of the key or of the message is flipped", () => {
    for (let bit = 0; bit < 256; bit += 1) {
      expect(answer(signature, message, flipped(key, bit))).toBe(false);
    }
    for (let bit = 0; bit < 8 * message.length; bit += 8) {
      expect(answer(signature, flipped(message, bit), key)).toBe(false);
    }
  });

  test("for random keys and messages, whole or damaged", () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const damage = fc.constantFrom("none", "signature", "message", "key", "S", "random");
    const property = (secret: Uint8Array, text: Uint8Array, kind: string, other: Uint8Array) => {
      const raw = publicKeyOf(secret);
      const made = sign(secret, text);
      const bit = (other[0] ?? 0) * 2 + 1;
      const larger = littleEndian(toNumber(made.subarray(32)) + L);
      switch (kind) {
        case "none":
          return answer(made, text, raw);
        case "signature":
          return !answer(flipped(made, bit), text, raw);
        case "message":
          return !answer(made, Uint8Array.from([...text, 0]), raw);
        case "key":
          return !answer(made, text, flipped(raw, bit % 256));
        case "S":
          return !answer(Uint8Array.from([...made.subarray(0, 32), ...larger]), text, raw);
        default:
          return !answer(other, text, raw);
      }
    };
    const inputs = [bytes(32), fc.uint8Array({ maxLength: 300 }), damage, bytes(64)] as const;
    fc.assert(fc.property(...inputs, property), { numRuns: 60 });
  });
});

/** A message whose challenge is a multiple of eight, so that the torsion part of A drops out. */
function forgeWithoutTorsion(encodedA: Uint8Array): [signature: Uint8Array, message: Uint8Array] {
  for (let number = 0; ; number += 1) {
    const text = Buffer.from(`message ${number}`);
    if (challenge(pointR.toBytes(), encodedA, text) % 8n !== 0n) continue;
    return [forge(r, a, pointR.toBytes(), encodedA, text), text];
  }
}
