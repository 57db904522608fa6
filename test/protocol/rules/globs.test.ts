import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  commonPath,
  firstSegment,
  globMatches,
  globsOverlap,
  globTouches,
} from "../../../src/protocol/rules/globs.ts";
import { runs } from "../../support/scale.ts";

/** Every path of at most three segments of at most two letters of a small alphabet. */
const NAMES = ["a", "b", ".", ""].flatMap((x) => ["a", "b", "."].map((y) => x + y));
const SEGMENTS = [...new Set(NAMES)].filter((name) => name !== "." && name !== "..");
const PATHS = [
  ...SEGMENTS,
  ...SEGMENTS.flatMap((x) => SEGMENTS.map((y) => `${x}/${y}`)),
  ...SEGMENTS.flatMap((x) => SEGMENTS.flatMap((y) => SEGMENTS.map((z) => `${x}/${y}/${z}`))).filter(
    (_, at) => at % 3 === 0,
  ),
];

const segment = fc
  .array(fc.constantFrom("a", "b", ".", "*", "?", "*"), { minLength: 1, maxLength: 3 })
  .map((letters) => letters.join(""))
  .filter((text) => text !== "." && text !== ".." && text !== "**");
const glob = fc
  .array(fc.oneof({ weight: 3, arbitrary: segment }, fc.constant("**")), {
    minLength: 1,
    maxLength: 3,
  })
  .map((segments) => segments.join("/"));

/** The meaning once more, by regular expressions, which only a test may make of what it is given. */
function oracle(pattern: string): (path: string) => boolean {
  const segments = pattern.split("/");
  if (!/[*?]/.test(segments.at(-1)!)) segments.push("**");
  const source = segments
    .map((part) =>
      part === "**"
        ? "(?:/[^/]+)*"
        : `/${part.replace(/[*?.]|[^*?.]+/g, (mark) => {
            if (mark.startsWith("*")) return "[^/]*";
            return mark === "?" ? "[^/]" : mark === "." ? "\\." : mark;
          })}`,
    )
    .join("");
  const meant = new RegExp(`^${source}$`, "u");
  return (path) => meant.test(`/${path}`);
}

describe("globs", () => {
  const both: readonly (readonly [string, string])[] = [
    ["src", "src"],
    ["src", "src/auth/login.ts"],
    ["src/auth", "src/auth/**"],
    ["src/auth/**", "src/auth"],
    ["src/*", "src/a*b"],
    ["src/*.ts", "src/login.*"],
    ["**", "x"],
    ["**/test", "src/a/test/b.ts"],
    ["a/**/z", "a/z"],
    ["a/**/b/**/c", "a/x/b/c"],
    ["a**b", "ax*b"],
    ["?a?", "*a*"],
    ["packages/*/src", "packages/core/src/index.ts"],
    ["**/a/**", "**/b/**"],
    [".?*", "?.*"],
    // Nobody knows that login.ts is not a folder with such a file in it.
    ["**/package.json", "src/login.ts"],
  ];
  test.each(both)("%s and %s overlap", (a, b) => {
    for (const [left, right] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(globsOverlap(left, right)).toBe(true);
      const path = commonPath(left, right)!;
      expect([globMatches(left, path), globMatches(right, path)]).toEqual([true, true]);
    }
  });

  const apart: readonly (readonly [string, string])[] = [
    ["src/auth", "src/authority"],
    ["src/auth", "src/auth.ts"],
    ["src/*", "src/a/b"],
    ["*.ts", "*.js"],
    ["src/*.ts", "src/a/b.ts"],
    ["a?", "a"],
    ["a/**/b?", "a/**/c/*dd"],
    ["a**b", "a/b"],
    ["Src", "src"],
    // Only `.` and `..` match both, and no path has such a segment.
    [".?", "?."],
    ["?", ".*"],
  ];
  test.each(apart)("%s and %s do not overlap", (a, b) => {
    expect([globsOverlap(a, b), globsOverlap(b, a)]).toEqual([false, false]);
    expect([commonPath(a, b), commonPath(b, a)]).toEqual([undefined, undefined]);
  });

  test("they overlap just where some path matches both, and that path is told", () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const path = commonPath(a, b);
        expect(globsOverlap(a, b)).toBe(path !== undefined);
        const [left, right] = [oracle(a), oracle(b)];
        if (path !== undefined) {
          expect(path.split("/").filter((name) => /^\.{0,2}$/.test(name))).toEqual([]);
          expect([left(path), right(path)]).toEqual([true, true]);
        } else {
          expect(PATHS.filter((one) => left(one) && right(one))).toEqual([]);
        }
      }),
      runs(400),
    );
  });

  test("a path matches just where the meaning says so", () => {
    fc.assert(
      fc.property(glob, (pattern) => {
        const meant = oracle(pattern);
        const wrong = PATHS.filter((path) => globMatches(pattern, path) !== meant(path));
        expect(wrong).toEqual([]);
      }),
      runs(40),
    );
  });

  test("a path may hold any letters; those that mean something in a glob stand for themselves", () => {
    expect(globMatches("src/?.ts", "src/ü.ts")).toBe(true);
    expect(globMatches("src/?.ts", "src/🐜.ts")).toBe(true);
    expect(globMatches("src/*", "src/a file\nof two lines")).toBe(true);
    expect(globMatches("src/a", "src/*")).toBe(false);
    expect(globMatches("src/[id]", "src/i")).toBe(false);
    expect(globMatches("a", "a/b")).toBe(true);
    expect(globMatches("a/b", "a")).toBe(false);
    expect([globTouches("a/b", "a"), globTouches("a/*.ts", "a"), globTouches("a/b", "c")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("the first segment is told where every match begins with it", () => {
    const firsts = ["src/**", "README.md", "s?c/a", "**/a", "*"].map(firstSegment);
    expect(firsts).toEqual(["src", "README.md", undefined, undefined, undefined]);
  });

  // The worst that 200 characters can be: many cells over segments, over characters, and both.
  const hostile: readonly (readonly [string, string])[] = [
    ["*a".repeat(99), `${"*a".repeat(98)}*b`],
    [`${"*a*b".repeat(49)}x`, `${"*b*a".repeat(49)}y`],
    [`**/${"a/".repeat(97)}*b`, `**/${"a/".repeat(97)}*c`],
    [`${"**/a/".repeat(39)}*b`, `${"**/a/".repeat(39)}*c`],
    [`${"**/*a/".repeat(32)}*b`, `${"**/*a/".repeat(32)}*c`],
    [`${"?".repeat(199)}*`, `${"*?".repeat(99)}a`],
  ];
  test.each(hostile)("they are compared quickly: %#", (a, b) => {
    const spent: number[] = [];
    for (let run = 0; run < 60; run++) {
      const from = performance.now();
      globsOverlap(a, b);
      spent.push(performance.now() - from);
    }
    // Some tenths of a millisecond: a walk that is not bounded takes seconds.
    const middle = spent.toSorted((x, y) => x - y)[30]!;
    expect(middle).toBeLessThan(50);
  });
});
