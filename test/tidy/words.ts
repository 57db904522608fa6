import { files, type Finding, lineAt, type Tree } from "./source.ts";
import { type Node, parse, stringOf, walk } from "./syntax.ts";

const STAGE_ALL = /\badd (\S+ )*(-A|--all)(?!\S)/;
const AUTOSTASH = /--autostash|\bautostash(=| )true\b|\bgit stash\b/i;
const REGISTRY = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}\b|"resolved":/g;

/**
 * A person's own edits are never swept up: not by staging all, not by an autostash. Arguments of
 * one call or one list are read as one line, as git reads them.
 */
export function sweeps(tree: Tree): readonly Finding[] {
  return files(tree, /^((src|test)\/(?!tidy\/).*\.(ts|mjs)|templates\/.*|README\.md)$/).flatMap(
    ([path, text]) => lines(path, text).flatMap(([line, words]) => sweep(path, line, words)),
  );
}

/** The lock file and all else must work with whatever registry a user has set. */
export function registries(tree: Tree): readonly Finding[] {
  return files(tree, /^(?!test\/tidy\/)/).flatMap(([path, text]) =>
    [...text.matchAll(REGISTRY)].map((match) => ({
      path,
      line: lineAt(text, match.index),
      message: `${match[0]}: leave the registry to the user's npm configuration`,
    })),
  );
}

function sweep(path: string, line: number, words: string): readonly Finding[] {
  if (STAGE_ALL.test(words)) return [{ path, line, message: "add -A: name the paths to stage" }];
  if (!AUTOSTASH.test(words)) return [];
  return [{ path, line, message: "autostash: refuse, and say which edits are in the way" }];
}

/** Lines of text; of code, its strings, and its lists of strings joined by spaces. */
function lines(path: string, text: string): readonly (readonly [number, string])[] {
  if (!/\.(ts|mjs)$/.test(path)) {
    return text.split("\n").map((line, index) => [index + 1, line] as const);
  }
  const found: (readonly [number, string])[] = [];
  walk(parse(path, text), (node) => {
    const words = wordsOf(node);
    if (words !== "") found.push([lineAt(text, node.start), words]);
  });
  return found;
}

function wordsOf(node: Node): string {
  const list = node["elements"] ?? node["arguments"];
  if (!Array.isArray(list))
    return node.type === "Literal" ? (stringOf(node) ?? "") : template(node);
  return list.map((item) => stringOf(item) ?? "…").join(" ");
}

function template(node: Node): string {
  return node.type === "TemplateLiteral" ? (stringOf(node) ?? "") : "";
}
