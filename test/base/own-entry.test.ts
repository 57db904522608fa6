import { expect, test } from "vitest";
import { ownEntry } from "../../src/base/own-entry.ts";

test("an entry is what a record holds itself, and nothing that it inherits", () => {
  expect(ownEntry({ a: 1 }, "a")).toBe(1);
  expect(ownEntry({ a: 1 }, "constructor")).toBeUndefined();
  expect(ownEntry<number>(JSON.parse('{"constructor":2}'), "constructor")).toBe(2);
  expect(ownEntry(undefined, "a")).toBeUndefined();
});
