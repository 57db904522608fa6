import { files, type Finding, lineAt, type Tree } from "./source.ts";
import { type Node, parse, walk } from "./syntax.ts";

const FILE_LINES = 300;
const FUNCTION_LINES = 69;
const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** A file that does not fit on a few screens holds more than one idea. */
export function longFiles(tree: Tree): readonly Finding[] {
  return files(tree, /^(src|test)\/.*\.(ts|mjs)$/).flatMap(([path, text]) => {
    const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    if (lines <= FILE_LINES) return [];
    return [{ path, line: FILE_LINES + 1, message: `${lines} lines: split it by idea` }];
  });
}

/** In src only: a `describe` is a function too, and may be as long as its file. */
export function longFunctions(tree: Tree): readonly Finding[] {
  return files(tree, /^src\/.*\.ts$/).flatMap(([path, text]) => {
    const found: Finding[] = [];
    walk(parse(path, text), (node) => {
      const lines = linesOf(text, node);
      if (!FUNCTIONS.has(node.type) || lines <= FUNCTION_LINES) return;
      const message = `a function of ${lines} lines: give its parts names`;
      found.push({ path, line: lineAt(text, node.start), message });
    });
    return found;
  });
}

function linesOf(text: string, node: Node): number {
  return text.slice(node.start, node.end).split("\n").length;
}
