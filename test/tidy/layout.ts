import type { Finding } from "./source.ts";

const TOP_LEVEL = new Set([
  ".ci",
  ".github",
  ".gitignore",
  "LICENSE",
  "README.md",
  "docs",
  "package-lock.json",
  "package.json",
  "src",
  "templates",
  "test",
  "tsconfig.json",
]);

/** The first thing that people see of the repository is the list of these names. */
export function layout(names: readonly string[]): readonly Finding[] {
  const extra = names
    .filter((name) => !TOP_LEVEL.has(name))
    .map((path) => {
      return { path, line: 1, message: "is not of the top level: move it into a folder" };
    });
  const missing = [...TOP_LEVEL]
    .filter((name) => !names.includes(name))
    .map((path) => {
      return { path, line: 1, message: "is missing from the top level" };
    });
  return [...extra, ...missing];
}
