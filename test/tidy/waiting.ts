import { files, type Finding, lineAt, type Tree } from "./source.ts";
import { imports, nameOf, parse, walk } from "./syntax.ts";

/** The one place where a test may let time pass. */
const HOME = "test/support/until.ts";
const WAITS = new Set(["setTimeout", "setInterval", "sleep", "delay", "pause"]);
const CURE = "wait for a condition with until() of test/support/until.ts";

/** A test that waits for a time is slow on a fast machine and fails on a slow one. */
export function waits(tree: Tree): readonly Finding[] {
  return files(tree, /^test\/.*\.ts$/)
    .filter(([path]) => path !== HOME)
    .flatMap(([path, text]) => {
      const found: Finding[] = imports(path, text)
        .filter(({ specifier }) => /^(node:)?timers(\/promises)?$/.test(specifier))
        .map(({ specifier, line }) => ({ path, line, message: `${specifier}: ${CURE}` }));
      walk(parse(path, text), (node) => {
        const name = node.type === "CallExpression" ? nameOf(node["callee"]) : undefined;
        if (name === undefined || !WAITS.has(name)) return;
        found.push({ path, line: lineAt(text, node.start), message: `${name}(): ${CURE}` });
      });
      return found;
    });
}
