import { type CST, isAlias, isMap, isScalar, isSeq, parseDocument, Parser, type Node } from "yaml";
import { err, ok, type Result } from "../base/result.ts";
import { LIST_ITEMS, RECORD_KEYS } from "./limits.ts";
import type { Body, Wire } from "./record.ts";

export interface YamlFlaw {
  /** Counted from 1. */
  readonly line: number;
  readonly detail: string;
}

/**
 * Reads a body by the yaml package, the only definition of what a body means: YAML 1.2, failsafe
 * schema, a flat map of scalars and lists of scalars, and no anchors, aliases, tags or duplicates.
 */
export function readYamlBody(text: string): Result<Body, YamlFlaw> {
  if (nests(text)) return err({ line: 1, detail: "a value must be a text or a list of texts" });
  const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length;
  // Duplicate keys are found below: the package's own check is quadratic in the number of keys.
  const document = parseDocument(text, {
    schema: "failsafe",
    version: "1.2",
    strict: true,
    uniqueKeys: false,
  });
  const flaw = document.errors[0] ?? document.warnings[0];
  if (flaw !== undefined) {
    return err({
      line: lineOf(flaw.pos[0]),
      detail: flaw.message.split("\n")[0]!.replace(/ at line \d+.*$/, ""),
    });
  }
  const at = (node: unknown): number => lineOf((node as Node | null)?.range?.[0] ?? 0);
  const root = document.contents;
  if (!isMap(root)) return err({ line: 1, detail: "its body is not a map of `key: value` lines" });
  if (root.anchor !== undefined || root.tag !== undefined)
    return err({ line: 1, detail: NO_EXTRAS });
  if (root.items.length > RECORD_KEYS) {
    return err({ line: 1, detail: `it has ${root.items.length} keys; ${RECORD_KEYS} are allowed` });
  }
  const body = new Map<string, Wire>();
  for (const pair of root.items) {
    const key = readNode(pair.key);
    if (typeof key !== "string")
      return err({ line: at(pair.key), detail: "a key must be a plain word" });
    if (key === "<<") return err({ line: at(pair.key), detail: NO_EXTRAS });
    if (body.has(key))
      return err({ line: at(pair.key), detail: `the key \`${key}\` is there twice` });
    const value = isSeq(pair.value) ? readList(pair.value) : readNode(pair.value);
    if (value === undefined) {
      const extra = isAlias(pair.value) || hasExtras(pair.value);
      const nested = `the value of \`${key}\` must be a text or a list of texts, at most ${LIST_ITEMS} of them`;
      return err({ line: at(pair.value ?? pair.key), detail: extra ? NO_EXTRAS : nested });
    }
    body.set(key, value);
  }
  return ok(body);
}

/**
 * Whether collections lie in one another more deeply than a list in a map. The package composes them by
 * recursion, so that where its stack ends would differ from machine to machine, and with it the flaw.
 */
function nests(text: string): boolean {
  try {
    for (const token of new Parser().parse(text))
      if (token.type === "document" && isDeep(token.value, DEPTH)) return true;
    return false;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return true;
  }
}

/** A map, and a list in it. */
const DEPTH = 2;

/** Whether collections lie in a token more than `limit` deep; it looks no further than that. */
function isDeep(token: CST.Token | null | undefined, limit: number): boolean {
  if (token === null || token === undefined || !("items" in token)) return false;
  if (limit === 0) return true;
  return token.items.some((item) => {
    return isDeep("key" in item ? item.key : undefined, limit - 1) || isDeep(item.value, limit - 1);
  });
}

const NO_EXTRAS = "anchors, aliases, tags and merge keys are not allowed";

function readNode(node: unknown): string | undefined {
  if (!isScalar(node) || hasExtras(node)) return undefined;
  return typeof node.value === "string" ? node.value : undefined;
}

function readList(node: { items: unknown[] }): string[] | undefined {
  if (hasExtras(node) || node.items.length > LIST_ITEMS) return undefined;
  const items: string[] = [];
  for (const item of node.items) {
    const value = readNode(item);
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}

function hasExtras(node: unknown): boolean {
  const extras = node as { anchor?: string; tag?: string } | null;
  return extras?.anchor !== undefined || extras?.tag !== undefined;
}
