import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellQuote, shellUnquote, shellWord } from "../../src/base/shell-quote.ts";

const WORDS = [
  "plain/path-1.git",
  "it's",
  "''",
  "a b",
  "$(id)",
  "`id`",
  "new\nline",
  '"',
  "\\",
  "",
];

test.each(WORDS)("a shell reads %j as one word, as it was", (word) => {
  for (const quoted of [shellQuote(word), shellWord(word)])
    expect(execFileSync("sh", ["-c", `printf '%s|' ${quoted} end`], { encoding: "utf8" })).toBe(
      `${word}|end|`,
    );
  expect(shellUnquote(shellQuote(word).slice(1, -1))).toBe(word);
});

test("what a shell takes as one word anyway is not quoted", () => {
  expect(shellWord("/srv/git/plan.git")).toBe("/srv/git/plan.git");
  expect(shellWord("two words")).toBe("'two words'");
});
