import { files, type Finding, lineAt, type Tree } from "./source.ts";
import { type Node, nameOf, parse, stringOf, walk } from "./syntax.ts";

const SPEC = "src/protocol/SPEC.md";

const RULE = /^- \*\*([A-Z]{2,3}\d+)\*\*/gm;
const ID = /^[A-Z]{2}\d+$/;
const TITLE_ID = /\[([A-Z]{2,3}\d+)\]/g;

interface Use {
  readonly id: string;
  readonly path: string;
  readonly line: number;
}

/** Each rule of the specification has a test that names it, and nothing names a rule that is not there. */
export function specification(tree: Tree): readonly Finding[] {
  const text = tree.get(SPEC);
  if (text === undefined) {
    const message = "missing: it lists the rules, each as `- **CL1** one observable sentence`";
    return [{ path: SPEC, line: 1, message }];
  }
  const rules = rulesOf(text);
  const tested = files(tree, /^test\/.*\.ts$/).flatMap(([path, code]) => titleIds(path, code));
  const used = files(tree, /^src\/protocol\/.*\.ts$/).flatMap(([path, code]) =>
    codeIds(path, code, rules),
  );
  return [
    ...duplicates(rules),
    ...untested(rules, tested),
    ...unknown(rules, [...tested, ...used]),
  ];
}

function rulesOf(text: string): readonly Use[] {
  const rules = [...text.matchAll(RULE)].map((match) => ({
    id: match[1] ?? "",
    path: SPEC,
    line: lineAt(text, match.index),
  }));
  if (rules.length === 0) throw new Error(`${SPEC} has no line like "- **CL1** ..."`);
  return rules;
}

function duplicates(rules: readonly Use[]): readonly Finding[] {
  return rules
    .filter((rule, index) => rules.findIndex(({ id }) => id === rule.id) < index)
    .map(({ id, path, line }) => ({ path, line, message: `${id} stands twice: give it a new id` }));
}

function untested(rules: readonly Use[], tested: readonly Use[]): readonly Finding[] {
  const titles = new Set(tested.map(({ id }) => id));
  return rules
    .filter(({ id }) => !titles.has(id))
    .map(({ id, path, line }) => {
      return {
        path,
        line,
        message: `${id} has no test: write one whose title begins with [${id}]`,
      };
    });
}

function unknown(rules: readonly Use[], uses: readonly Use[]): readonly Finding[] {
  const known = new Set(rules.map(({ id }) => id));
  return uses
    .filter(({ id }) => !known.has(id))
    .map(({ id, path, line }) => {
      return { path, line, message: `${id} is no rule of ${SPEC}: add it there, or mend the id` };
    });
}

/** The ids in the titles of tests and suites that are run. */
function titleIds(path: string, text: string): readonly Use[] {
  const found: Use[] = [];
  walk(parse(path, text), (node) => {
    if (node.type !== "CallExpression" || !isTest(node["callee"])) return;
    const title = stringOf((node["arguments"] as readonly Node[])[0]) ?? "";
    for (const [, id] of title.matchAll(TITLE_ID)) {
      found.push({ id: id ?? "", path, line: lineAt(text, node.start) });
    }
  });
  return found;
}

/** `test`, `it`, `describe`, and what hangs on them: `test.each(...)`, `test.for(...)`. */
function isTest(callee: unknown): boolean {
  const node = callee as Node;
  if (node.type === "CallExpression") return isTest(node["callee"]);
  if (node.type === "MemberExpression") {
    return !/^(skip|todo)$/.test(nameOf(node["property"]) ?? "") && isTest(node["object"]);
  }
  return /^(test|it|describe)$/.test(nameOf(node) ?? "");
}

/** The ids in code: a string that is an id, or, in any text, a letter pair that the rules use. */
function codeIds(path: string, text: string, rules: readonly Use[]): readonly Use[] {
  const found = new Map<string, Use>();
  const add = (id: string, offset: number) => {
    found.set(`${id}@${offset}`, { id, path, line: lineAt(text, offset) });
  };
  walk(parse(path, text), (node) => {
    const value = stringOf(node);
    if (value !== undefined && ID.test(value)) add(value, node.start + 1);
  });
  const families = [...new Set(rules.map(({ id }) => id.replace(/\d+$/, "")))];
  for (const match of text.matchAll(new RegExp(`\\b(?:${families.join("|")})\\d+\\b`, "g"))) {
    add(match[0], match.index);
  }
  return [...found.values()];
}
