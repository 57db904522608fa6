import { describe, expect, test } from "vitest";
import { PathIndex } from "../../../src/protocol/views/path-index.ts";

function touched(globs: readonly string[], ...paths: string[]): readonly string[] {
  const index = new PathIndex(paths.map((path) => [path, path] as const));
  return [...index.touchedBy(globs)];
}

describe("a path that something lies on", () => {
  test.each([
    ["src/auth/**", "src/auth", "src/auth/login.ts", "src/auth/a/b/c", "src"],
    ["src/auth/*.ts", "src/auth/login.ts", "src/auth", "src"],
    ["src/*/x?.ts", "src/auth/x1.ts", "src/auth", "src"],
    ["**/*.test.ts", "a/b.test.ts", "a.test.ts", "a", "a/b/c"],
    ["**", "a", "a/b/c.ts"],
    ["src/**/test/*", "src/test/a", "src/a/b/test/c", "src/a/b"],
    ["src/auth", "src/auth", "src/auth/login.ts", "src"],
    ["a**b/c", "axxb/c", "ab", "axxb"],
    ["*.ts", "a.ts", ".ts"],
  ])("is touched by %s", (glob, ...paths) => {
    for (const path of paths) expect([path, ...touched([glob], path)]).toEqual([path, path]);
  });

  test.each([
    ["src/auth/**", "src/author", "src2", "docs", "src/Auth", "auth"],
    ["src/auth/*.ts", "src/auth/login.js", "src/auth/a/b.ts", "src/auth/login.ts/x"],
    ["src/*/x?.ts", "src/auth/x.ts", "src/auth/xx1.ts", "src/x1.ts/x1.ts/x"],
    ["src/**/test/*", "lib", "srcs/test"],
    ["src/auth", "src/auth2", "src/a"],
    ["*.ts", "a.tsx", "a.ts/b"],
  ])("is not touched by %s", (glob, ...paths) => {
    for (const path of paths) expect([path, ...touched([glob], path)]).toEqual([path]);
  });

  test("is touched by what may lie below it, for a folder and a file look the same", () => {
    expect(touched(["**/*.test.ts"], "src/auth/login.ts")).toEqual(["src/auth/login.ts"]);
  });

  test("is told once, however many globs touch it", () => {
    expect(touched(["src/**", "src/a/*", "lib/**"], "src/a/b", "lib", "docs")).toEqual([
      "src/a/b",
      "lib",
    ]);
    expect(touched(["lib/**"])).toEqual([]);
  });

  test("is found in no time, whatever the glob is", () => {
    const glob = Array.from({ length: 40 }, () => "**/a").join("/");
    const path = `${"a/".repeat(99)}b`;
    const begun = performance.now();
    for (let turn = 0; turn < 10; turn++)
      touched([glob, `${"*a".repeat(99)}b`], path, "a".repeat(199));
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
