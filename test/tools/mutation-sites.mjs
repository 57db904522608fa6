/**
 * The places where the protocol refuses something, each with a switch put in that takes its guard away:
 *
 *   if (bad) return fault("AB1", …)     becomes   if (on(1) && (bad)) return fault("AB1", …)
 *   return good ? undefined : fault(…)  becomes   return good ? undefined : off(1) ? undefined : fault(…)
 */
import { parseSync } from "rolldown/utils";

/** The variable that names the guard which is off. */
export const SWITCH = "MOUND_MUTANT";

/**
 * The guards of one source file, in order, numbered from `first`: `[{number, rule, path, line}]`, and
 * the text of the file with their switches.
 */
export function withSwitches(path, text, first) {
  const sites = [];
  const edits = [];
  walk(parse(path, text), [], (node, above) => {
    if (node.type !== "CallExpression" || node.callee.name !== "fault") return;
    const rule = node.arguments[0]?.value;
    if (typeof rule !== "string") return;
    const number = first + sites.length;
    sites.push({ number, rule, path, line: text.slice(0, node.start).split("\n").length });
    const condition = conditionOf(node, above);
    if (condition === undefined) {
      edits.push([node.start, `(${off(number)} ? undefined : `], [node.end, ")"]);
    } else {
      edits.push([condition.start, `!${off(number)} && (`], [condition.end, ")"]);
    }
  });
  return { sites, text: edited(text, edits) };
}

function parse(path, text) {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  return program;
}

function walk(node, above, visit) {
  visit(node, above);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string") walk(child, [node, ...above], visit);
    }
  }
}

/** The condition under which nothing happens but that the fault is returned; undefined: there is none. */
function conditionOf(node, above) {
  let inner = node;
  for (const outer of above) {
    if (outer.type === "IfStatement") return outer.consequent === inner ? outer.test : undefined;
    const plain =
      outer.type === "ReturnStatement" ||
      (outer.type === "CallExpression" && outer.callee.name === "err") ||
      (outer.type === "BlockStatement" && onlyReturns(outer, inner));
    if (!plain) return undefined;
    inner = outer;
  }
  return undefined;
}

function onlyReturns(block, last) {
  return block.body.every(
    (statement) => statement === last || statement.type === "VariableDeclaration",
  );
}

function off(number) {
  return `(process.env.${SWITCH} === "${number}")`;
}

/** Later places first, so that the earlier ones stay where they are; of one place, the later edit first. */
function edited(text, edits) {
  let result = text;
  for (const [at, insert] of edits.toSorted((a, b) => b[0] - a[0]))
    result = result.slice(0, at) + insert + result.slice(at);
  return result;
}
