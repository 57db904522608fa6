import { files, type Finding, lineAt, type Tree } from "./source.ts";
import { imports, nameOf, type Node, parse, walk } from "./syntax.ts";

const AN_ARGUMENT = "take it as an argument";
const CODE_UNITS = "compare by code unit, with < and >";
const INTEGERS = "its last digits differ between machines: use integers or a table";
const UTC = "it reads the local time zone: use the UTC getter or toISOString";

const GLOBALS = new Map([
  ["process", AN_ARGUMENT],
  ["performance", "take the time as an argument"],
  ["crypto", "take random bytes and verified facts as arguments"],
  ["Intl", CODE_UNITS],
  ["setTimeout", "the protocol is synchronous: wait in app"],
  ["setInterval", "the protocol is synchronous: wait in app"],
  ["setImmediate", "the protocol is synchronous: wait in app"],
  ["queueMicrotask", "the protocol is synchronous: wait in app"],
  ["fetch", AN_ARGUMENT],
]);

/** What IEEE 754 and the language define to the last bit. */
const EXACT_MATH =
  /^(abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|E|PI|LN2|LN10|SQRT2)$/;
const LOCAL_TIME =
  /^([gs]et(FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)|getTimezoneOffset|to(Date|Time)String)$/;

/** Judges in every place and at any time must come to one verdict: base and protocol are pure. */
export function impurities(tree: Tree): readonly Finding[] {
  return files(tree, /^src\/(base|protocol)\/.*\.ts$/).flatMap(([path, text]) => {
    const found: Finding[] = [];
    for (const { specifier, line } of imports(path, text)) {
      if (!specifier.startsWith("node:")) continue;
      found.push({ path, line, message: `${specifier}: ${AN_ARGUMENT}, or through a port` });
    }
    walk(parse(path, text), (node, parent) => {
      const message = impurity(node, parent);
      if (message !== undefined) found.push({ path, line: lineAt(text, node.start), message });
    });
    return found;
  });
}

function impurity(node: Node, parent: Node | undefined): string | undefined {
  switch (node.type) {
    case "Identifier":
      return isReference(node, parent) ? named(nameOf(node) ?? "") : undefined;
    case "MemberExpression":
      return member(nameOf(node["object"]), nameOf(node["property"]) ?? "");
    case "NewExpression":
    case "CallExpression":
      return clock(node);
    case "BinaryExpression":
      return node["operator"] === "**" && !isBigInt(node["right"]) ? `**: ${INTEGERS}` : undefined;
    default:
      return undefined;
  }
}

function named(name: string): string | undefined {
  const cure = GLOBALS.get(name);
  return cure === undefined ? undefined : `${name}: ${cure}`;
}

function member(object: string | undefined, property: string): string | undefined {
  if (object === "globalThis") return named(property);
  if (object === "Date" && property === "now") return "Date.now: take the time as an argument";
  if (object === "Math" && property === "random") return "Math.random: take a seeded prng";
  if (object === "Math" && !EXACT_MATH.test(property)) return `Math.${property}: ${INTEGERS}`;
  if (property === "localeCompare") return `localeCompare: ${CODE_UNITS}`;
  if (property.startsWith("toLocale")) return `${property}: use the form without a locale`;
  if (LOCAL_TIME.test(property)) return `${property}: ${UTC}`;
  return undefined;
}

/** `new Date()` and `Date()` read the clock; `new Date(ms)` does not. */
function clock(node: Node): string | undefined {
  const bare = node.type === "CallExpression" || (node["arguments"] as Node[]).length === 0;
  if (nameOf(node["callee"]) !== "Date" || !bare) return undefined;
  return "the current Date: take the time as an argument";
}

/** Whether the identifier means a variable: not a property's name, a key or a label. */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined || parent["computed"] === true) return true;
  if (parent.type === "MemberExpression") return parent["property"] !== node;
  if (parent.type === "Property") return parent["value"] === node;
  return !/^(TS|Import|Export|MethodDefinition|PropertyDefinition)/.test(parent.type);
}

function isBigInt(value: unknown): boolean {
  return (value as Node)["bigint"] !== undefined;
}
