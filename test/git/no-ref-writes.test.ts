import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = join(import.meta.dirname, "../../src");
/** Of all that isomorphic-git exports, what neither moves a ref nor touches an index. */
const HARMLESS = ["writeObject", "readObject", "hashBlob"];

interface Use {
  readonly file: string;
  readonly name: string;
}

/** How a source file uses isomorphic-git: the names that it takes out, `*` where that cannot be seen. */
function usesIn(file: string, text: string): Use[] {
  const uses: Use[] = [];
  for (const { index } of text.matchAll(
    /(from|import|require|import\()\s*\(?\s*["'`]isomorphic-git[^"'`]*["'`]/g,
  )) {
    const statement =
      text
        .slice(0, index)
        .split(/[;\n]\s*\n|;/)
        .at(-1) ?? "";
    const names = /(?:import|const|let|export)\s*(?:type\s*)?\{([^}]*)\}\s*(?:=\s*await\s*)?$/.exec(
      statement,
    );
    const taken = names?.[1]?.split(",").map((name) => name.trim().split(/[\s:]/)[0] ?? "") ?? [
      "*",
    ];
    uses.push(...taken.filter((name) => name !== "").map((name) => ({ file, name })));
  }
  return uses;
}

describe("isomorphic-git", () => {
  test("is used for objects only", () => {
    const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const uses = files.flatMap((file) => usesIn(file, readFileSync(join(SRC, file), "utf8")));
    expect(uses).toContainEqual({ file: "git/loose.ts", name: "writeObject" });
    expect(uses.filter(({ name }) => !HARMLESS.includes(name))).toEqual([]);
  });

  test.each([
    ["import { commit } from 'isomorphic-git';", ["commit"]],
    [
      'import { writeObject, writeRef as move } from "isomorphic-git";',
      ["writeObject", "writeRef"],
    ],
    ['import * as git from "isomorphic-git";', ["*"]],
    ['import git from "isomorphic-git";', ["*"]],
    ['const { push, readObject: read } = await import("isomorphic-git");', ["push", "readObject"]],
    ['const git = await import("isomorphic-git");', ["*"]],
    ['const git = require("isomorphic-git");', ["*"]],
    ['const m = await import("isomorphic-git/managers");', ["*"]],
    ['export { tag } from "isomorphic-git";', ["tag"]],
    ['import { runGit } from "./run.ts";', []],
  ])("this test sees through %s", (text, names) => {
    expect(usesIn("x.ts", text).map(({ name }) => name)).toEqual(names);
  });
});
