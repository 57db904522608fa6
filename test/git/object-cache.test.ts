import { describe, expect, test } from "vitest";
import { objectCache } from "../../src/git/object-cache.ts";
import { object } from "../contract/build.ts";

const sized = (size: number, fill: number) => object("blob", new Uint8Array(size).fill(fill));

describe("objectCache", () => {
  test("forgets what was used longest ago when it is full", () => {
    const cache = objectCache(10_000);
    const objects = Array.from({ length: 8 }, (_, index) => sized(1_000, index));
    for (const one of objects) cache.put(one);
    expect(objects.map(({ oid }) => cache.get(oid) === undefined)).toEqual(Array(8).fill(false));
    cache.get(objects[0]!.oid);
    cache.put(sized(1_000, 100));
    expect(cache.get(objects[0]!.oid)).toBe(objects[0]);
    expect(cache.get(objects[1]!.oid)).toBeUndefined();
    expect(cache.get(objects[2]!.oid)).toBe(objects[2]);
  });

  test("an object that would fill most of it is not kept, and putting one twice costs nothing", () => {
    const cache = objectCache(10_000);
    const small = sized(900, 1);
    for (let times = 0; times < 50; times += 1) cache.put(small);
    cache.put(sized(5_000, 2));
    expect(cache.get(sized(5_000, 2).oid)).toBeUndefined();
    expect(cache.get(small.oid)).toBe(small);
    cache.clear();
    expect(cache.get(small.oid)).toBeUndefined();
  });

  test("it never holds more than it may", () => {
    const cache = objectCache(10_000);
    const objects = Array.from({ length: 300 }, (_, index) =>
      object("blob", Buffer.from(`number ${index}`)),
    );
    for (const one of objects) cache.put(one);
    const kept = objects.filter(({ oid }) => cache.get(oid) !== undefined);
    expect(kept).toEqual(objects.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(40);
    expect(kept.length).toBeLessThan(50);
  });
});
