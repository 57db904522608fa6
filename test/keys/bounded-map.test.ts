import { expect, test } from "vitest";
import { BoundedMap } from "../../src/keys/bounded-map.ts";

test("the oldest entry makes room, and setting one again makes it young", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([3, undefined, 4]);
});

test("it never holds more than its limit", () => {
  const map = new BoundedMap<number, number>(10);
  for (let key = 0; key < 1000; key += 1) {
    map.set(key, key);
    expect(map.size).toBe(Math.min(key + 1, 10));
  }
});
