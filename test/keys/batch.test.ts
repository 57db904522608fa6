import fc from "fast-check";
import { expect, test } from "vitest";
import type { PublicKey } from "../../src/protocol/ids.ts";
import { packChecks, packFacts, unpackChecks, unpackFacts } from "../../src/keys/batch.ts";

test("checks come out as they went in, in order, empty and non-ASCII ones too", () => {
  const check = fc.record({
    payload: fc.uint8Array({ maxLength: 400 }),
    // Unpaired surrogates have no UTF-8; an armor with one is malformed before and after.
    armor: fc.string({ unit: "grapheme", maxLength: 400 }),
  });
  fc.assert(
    fc.property(fc.array(check), (checks) => {
      const plain = unpackChecks(packChecks(checks)).map(({ payload, armor }) => ({
        payload: new Uint8Array(payload),
        armor,
      }));
      expect(plain).toEqual(checks);
    }),
  );
});

test("facts come out as they went in, in order", () => {
  const keys = fc.constantFrom("ssh-ed25519 A", "ssh-ed25519 B", "ssh-ed25519 C", undefined);
  const fact = fc.record({
    key: keys as fc.Arbitrary<PublicKey | undefined>,
    namespace: fc.constantFrom("", "git", "record@1"),
    valid: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fact), (facts) => {
      expect(unpackFacts(packFacts(facts))).toEqual(facts);
    }),
  );
});

test("each key is sent once", () => {
  const key = "ssh-ed25519 A" as PublicKey;
  const facts = Array.from({ length: 1000 }, () => ({ key, namespace: "git", valid: true }));
  expect(packFacts(facts)).toMatchObject({ keys: [key], namespaces: ["git"] });
});
