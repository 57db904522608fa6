import { describe, expect, test } from "vitest";
import type { GitObject } from "../../src/app/ports.ts";
import { seededRandom } from "../../src/memory/random.ts";
import { memoryOrigin, memoryRemote } from "../../src/memory/remote.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import { commit } from "../contract/build.ts";

function open() {
  const origin = memoryOrigin();
  const objects = new Map<Oid, GitObject>();
  const a = commit({ f: "a" }, [], "a");
  const b = commit({ f: "b" }, [a.oid], "b");
  for (const object of [...a.objects, ...b.objects]) objects.set(object.oid, object);
  return { origin, remote: memoryRemote(origin, objects, "main"), a: a.oid, b: b.oid };
}

describe("mishaps of an origin in memory", () => {
  test("a lost reply is unknown, and the push was applied", async () => {
    const { origin, remote, a } = open();
    origin.mishaps.pushes.push("lose-reply");
    expect(await remote.push(a, undefined)).toMatchObject({ kind: "unknown" });
    expect(origin.branches.get("main")).toBe(a);
    expect(origin.objects.has(a)).toBe(true);
  });

  test("a lost reply to a stale push is unknown too, and nothing was applied", async () => {
    const { origin, remote, a, b } = open();
    await remote.push(a, undefined);
    origin.mishaps.pushes.push("lose-reply");
    expect(await remote.push(b, undefined)).toMatchObject({ kind: "unknown" });
    expect(origin.branches.get("main")).toBe(a);
  });

  test("a cut is unknown, and nothing was applied", async () => {
    const { origin, remote, a } = open();
    origin.mishaps.pushes.push("cut");
    expect(await remote.push(a, undefined)).toMatchObject({ kind: "unknown" });
    expect([origin.branches.size, origin.objects.size]).toEqual([0, 0]);
  });

  test("refusals and lost connections are faults, and the next call is sound", async () => {
    const { origin, remote, a, b } = open();
    origin.mishaps.pushes.push("refuse", "unreachable", undefined, "refuse");
    expect(await remote.push(a, undefined)).toMatchObject({
      kind: "failed",
      fault: { code: "remote-refused" },
    });
    expect(await remote.push(a, undefined)).toMatchObject({
      kind: "failed",
      fault: { code: "remote-unreachable" },
    });
    expect(await remote.push(a, undefined)).toEqual({ kind: "done" });
    expect(await remote.push(b, a)).toMatchObject({
      kind: "failed",
      fault: { code: "remote-refused" },
    });
    expect(await remote.push(b, a)).toEqual({ kind: "done" });
    origin.mishaps.fetches.push("unreachable", "refuse");
    expect(await remote.fetch()).toMatchObject({
      ok: false,
      error: { code: "remote-unreachable" },
    });
    expect(await remote.fetch()).toMatchObject({ ok: false, error: { code: "remote-refused" } });
    expect(await remote.fetch()).toEqual({ ok: true, value: b });
  });
});

describe("seededRandom", () => {
  test("a seed gives the same bytes and fractions each time", () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return [[...random.bytes(6)], random.fraction(), [...random.bytes(3)], random.fraction()];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});
