import { expect, test } from "vitest";
import { readReference, writeReference } from "../../src/keys/key-reference.ts";
import { generateKey } from "../../src/keys/private-key.ts";
import { random } from "./openssh.ts";

const publicKey = generateKey(random).key;

test("a reference is read as it was written", () => {
  for (const reference of [
    { kind: "file", path: "/home/ant/.ssh/id_ed25519", publicKey },
    { kind: "ssh-agent", publicKey },
  ] as const) {
    expect(readReference(writeReference(reference))).toEqual(reference);
  }
});

test.each([
  ["no JSON", "kind: file"],
  ["null", "null"],
  ["a list", "[]"],
  ["half a file", writeReference({ kind: "ssh-agent", publicKey }).slice(0, 40)],
  ["another kind", JSON.stringify({ kind: "url", publicKey })],
  ["no path", JSON.stringify({ kind: "file", publicKey })],
  ["a path that is a number", JSON.stringify({ kind: "file", path: 1, publicKey })],
  ["no key", JSON.stringify({ kind: "ssh-agent" })],
  ["a key that is none", JSON.stringify({ kind: "ssh-agent", publicKey: "ssh-ed25519 AAAA" })],
])("%s is no reference", (_, text) => {
  expect(readReference(text)).toBeUndefined();
});
