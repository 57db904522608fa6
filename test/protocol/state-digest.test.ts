import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { canonicalJson } from "../../src/protocol/canonical.ts";
import type { AgentId } from "../../src/protocol/ids.ts";
import type { Key, Value } from "../../src/protocol/state.ts";
import { digestOfShards, shardDigests, stateDigest } from "../../src/protocol/state-digest.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const ENTRIES: readonly (readonly [Key, Value])[] = [
  ["nonce/ab1", 1],
  ["nonce/ab0", 1],
  ["made/ada", 3],
  ["key/x", "ada" as AgentId],
];

test("JSON has one spelling: keys in order, nothing undefined, no blanks", () => {
  expect(canonicalJson({ b: [1, "é", null], a: { d: undefined, c: true } })).toBe(
    '{"a":{"c":true},"b":[1,"é",null]}',
  );
  expect(canonicalJson({ 10: 1, 9: 2 })).toBe('{"10":1,"9":2}');
});

test("a digest depends on the entries and not on their order", () => {
  const digest = stateDigest(ENTRIES, sha256);
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(stateDigest(ENTRIES.toReversed(), sha256)).toBe(digest);
  expect(stateDigest(ENTRIES.slice(1), sha256)).not.toBe(digest);
});

test("a digest is of lines that anyone can write", () => {
  const shards = [
    `a-ad ${sha256("made/ada 3\n")}\n`,
    `n-ab ${sha256("nonce/ab0 1\nnonce/ab1 1\n")}\n`,
    `root ${sha256('key/x "ada"\n')}\n`,
  ];
  expect(stateDigest(ENTRIES, sha256)).toBe(sha256(shards.join("")));
});

test("the digests of touched shards replace the old ones", () => {
  const before = shardDigests(ENTRIES, sha256);
  const changed: readonly (readonly [Key, Value])[] = [["made/ada", 4]];
  const after = new Map([...before, ...shardDigests(changed, sha256)]);
  const entries = ENTRIES.map((entry) => (entry[0] === "made/ada" ? changed[0]! : entry));
  expect(digestOfShards(after, sha256)).toBe(stateDigest(entries, sha256));
});
