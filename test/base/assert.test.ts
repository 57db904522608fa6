import { describe, expect, test } from "vitest";
import { assert, defined, unreachable } from "../../src/base/assert.ts";
import { err, ok } from "../../src/base/result.ts";

describe("assertions", () => {
  test("stop at what must be impossible, and say what it was", () => {
    expect(() => assert(null, "one is more than two")).toThrow(
      "assertion failed: one is more than two",
    );
    expect(() => defined(undefined, "the tip")).toThrow("assertion failed: the tip is missing");
    expect(() => unreachable({ type: "new" } as never)).toThrow('unreachable: {"type":"new"}');
  });

  test("let all else pass, what is merely falsy too", () => {
    assert(1, "one is something");
    expect([defined(0, "zero"), defined("", "empty"), defined(null, "null")]).toEqual([
      0,
      "",
      null,
    ]);
  });

  test("a result is a value or a fault", () => {
    expect([ok(1), err("no")]).toEqual([
      { ok: true, value: 1 },
      { ok: false, error: "no" },
    ]);
  });
});
