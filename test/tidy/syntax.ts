import { posix } from "node:path";
import { parseSync } from "rolldown/utils";
import { lineAt } from "./source.ts";

/** A node of the syntax tree (ESTree). Offsets count UTF-16 code units. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  readonly specifier: string;
  /** The path inside the repository of a relative specifier. */
  readonly target: string | undefined;
  readonly line: number;
  /** Whether the import is gone after the types are stripped. */
  readonly typeOnly: boolean;
  /** The names that are imported; `default`, or `*` for the whole namespace. */
  readonly names: readonly string[];
}

const programs = new Map<string, Node>();

export function parse(path: string, text: string): Node {
  const key = `${path}\n${text}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  programs.set(key, program as unknown as Node);
  return program as unknown as Node;
}

/** Calls `visit` with each node and its parent, parents first. */
export function walk(root: Node, visit: (node: Node, parent: Node | undefined) => void): void {
  const step = (node: Node, parent: Node | undefined): void => {
    visit(node, parent);
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) step(child, node);
      }
    }
  };
  step(root, undefined);
}

/** Imports, re-exports, `import()` and `new URL("./file", import.meta.url)`. */
export function imports(path: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const taken = new Map<unknown, readonly string[]>();
  walk(parse(path, text), (node) => {
    if (node.type === "VariableDeclarator") taken.set(awaited(node["init"]), destructured(node));
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const target = specifier.startsWith(".")
      ? posix.join(posix.dirname(path), specifier)
      : undefined;
    found.push({
      specifier,
      target,
      line: lineAt(text, node.start),
      typeOnly: isTypeOnly(node),
      names: taken.get(node) ?? namesOf(node),
    });
  });
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The text of a string literal, or the fixed parts of a template; else undefined. */
export function stringOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === "Literal" && typeof value["value"] === "string") return value["value"];
  if (value.type !== "TemplateLiteral") return undefined;
  const quasis = value["quasis"] as readonly { value: { raw: string } }[];
  return quasis.map((quasi) => quasi.value.raw).join("…");
}

/** The name of an identifier, or undefined. */
export function nameOf(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== "Identifier") return undefined;
  return value["name"] as string;
}

function specifierOf(node: Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return stringOf(node["source"]);
    case "NewExpression":
      return nameOf(node["callee"]) === "URL" ? urlOf(node["arguments"] as Node[]) : undefined;
    default:
      return undefined;
  }
}

function urlOf([file, base]: readonly Node[]): string | undefined {
  const meta = base?.type === "MemberExpression" && nameOf(base["property"]) === "url";
  return meta ? stringOf(file) : undefined;
}

/** The names taken in `const { name } = await import(...)`; all where it is not of that form. */
function destructured(declarator: Node): readonly string[] {
  const pattern = declarator["id"] as Node;
  if (pattern.type !== "ObjectPattern") return ["*"];
  return (pattern["properties"] as readonly Node[]).map((item) => nameOf(item["key"]) ?? "*");
}

function awaited(value: unknown): unknown {
  return isNode(value) && value.type === "AwaitExpression" ? value["argument"] : undefined;
}

function isTypeOnly(node: Node): boolean {
  return (
    node.type === "TSImportType" || node["importKind"] === "type" || node["exportKind"] === "type"
  );
}

function namesOf(node: Node): readonly string[] {
  const specifiers = node["specifiers"];
  if (!Array.isArray(specifiers)) return ["*"];
  return specifiers.map((specifier: Node) => {
    if (specifier.type === "ImportDefaultSpecifier") return "default";
    if (specifier.type === "ImportNamespaceSpecifier") return "*";
    return nameOf(specifier["imported"] ?? specifier["local"]) ?? "default";
  });
}
