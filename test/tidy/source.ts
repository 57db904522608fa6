import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The text of every file that people write, by its path inside the repository. */
export type Tree = ReadonlyMap<string, string>;

export interface Finding {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, and what to do in its place. */
  readonly message: string;
}

/** What tools and systems leave at the top level; .gitignore names these. */
const LEFT_BY_TOOLS = new Set([".git", "node_modules", "dist", "coverage", ".DS_Store"]);

export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  for (const name of topLevel(root)) {
    for (const file of filesAt(join(root, name))) {
      tree.set(relative(root, file).split(sep).join("/"), readFileSync(file, "utf8"));
    }
  }
  return tree;
}

/** The names at the top of the repository that are its own. */
export function topLevel(root: string): readonly string[] {
  return readdirSync(root)
    .filter((name) => !LEFT_BY_TOOLS.has(name) && !name.endsWith(".log"))
    .toSorted();
}

/** The files of the tree whose path matches, as pairs of path and text. */
export function files(tree: Tree, pattern: RegExp): readonly (readonly [string, string])[] {
  return [...tree].filter(([path]) => pattern.test(path));
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

export function show(finding: Finding): string {
  return `${finding.path}:${finding.line}: ${finding.message}`;
}

function filesAt(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [path];
    throw error;
  }
}
