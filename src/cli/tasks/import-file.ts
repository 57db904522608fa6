import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  type Node,
  type YAMLMap,
} from "yaml";

/** What is wrong with one place of an import file. */
export interface ImportFault {
  /** Counted from 1. */
  readonly line: number;
  /** The number of the entry, counted from 0; undefined where the file itself cannot be read. */
  readonly entry?: number;
  readonly field?: string;
  /** A full sentence. */
  readonly message: string;
}

/** One task of the file, as it is written: texts and lists of texts. */
export interface ImportEntry {
  readonly line: number;
  readonly fields: ReadonlyMap<string, ImportField>;
}

export interface ImportField {
  readonly line: number;
  readonly value: string | readonly string[];
}

export interface ImportFile {
  readonly entries: readonly ImportEntry[];
  readonly faults: readonly ImportFault[];
}

/**
 * Takes an import file apart: YAML (a list of maps, or several documents) or NDJSON (one object a
 * line). As in records, YAML's scalars are texts, and anchors, aliases and tags are not allowed.
 */
export function readImportFile(text: string): ImportFile {
  const reader = new Reader();
  const first = text.split("\n").find((line) => line.trim() !== "") ?? "";
  if (isJsonObject(first)) reader.readLines(text);
  else reader.readYaml(text);
  return reader;
}

function isJsonObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

class Reader implements ImportFile {
  readonly entries: ImportEntry[] = [];
  readonly faults: ImportFault[] = [];

  readYaml(text: string): void {
    const counter = new LineCounter();
    const documents = parseAllDocuments(text, {
      schema: "failsafe",
      version: "1.2",
      strict: true,
      uniqueKeys: false,
      lineCounter: counter,
    });
    const lineOf = (node: unknown): number =>
      counter.linePos((node as Node | null)?.range?.[0] ?? 0).line;
    for (const document of documents) {
      for (const flaw of [...document.errors, ...document.warnings].slice(0, 1)) {
        this.#refuse(
          counter.linePos(flaw.pos[0]).line,
          `The YAML cannot be read: ${firstLine(flaw.message)}.`,
        );
      }
      if (document.errors.length > 0) continue;
      const root = document.contents;
      if (isSeq(root)) for (const item of root.items) this.#take(item, lineOf);
      else if (!isScalar(root) || root.value !== "") this.#take(root, lineOf);
    }
  }

  readLines(text: string): void {
    for (const [index, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue;
      if (!isJsonObject(line)) {
        this.#refuse(index + 1, "This line is not a JSON object.");
        continue;
      }
      const document = parseDocument(line, { schema: "json", version: "1.2", uniqueKeys: false });
      this.#take(document.contents, () => index + 1);
    }
  }

  #take(node: unknown, lineOf: (node: unknown) => number): void {
    const entry = this.entries.length;
    const line = lineOf(node);
    const fields = new Map<string, ImportField>();
    this.entries.push({ line, fields });
    if (!isMap(node) || hasExtras(node)) {
      this.#refuse(line, "A task must be a map of `field: value` lines.", entry);
      return;
    }
    for (const pair of node.items) this.#takePair(pair, lineOf, entry, fields);
  }

  #takePair(
    pair: YAMLMap["items"][number],
    lineOf: (node: unknown) => number,
    entry: number,
    fields: Map<string, ImportField>,
  ): void {
    const line = lineOf(pair.key);
    const name = textOf(pair.key, "");
    if (name === undefined)
      return this.#refuse(line, "The name of a field must be a plain word.", entry);
    if (fields.has(name))
      return this.#refuse(line, `The field \`${name}\` is there twice.`, entry, name);
    const value = isSeq(pair.value) ? listOf(pair.value) : textOf(pair.value, name);
    if (value === undefined)
      return this.#refuse(
        line,
        `The field \`${name}\` must be a text or a list of texts.`,
        entry,
        name,
      );
    fields.set(name, { line, value });
  }

  #refuse(line: number, message: string, entry?: number, field?: string): void {
    this.faults.push({
      line,
      message,
      ...(entry === undefined ? {} : { entry }),
      ...(field === undefined ? {} : { field }),
    });
  }
}

/** JSON may write these without quotes. */
const NUMBERS = new Set(["priority", "attempts", "trust", "value", "stake"]);

function textOf(node: unknown, field: string): string | undefined {
  if (!isScalar(node) || hasExtras(node)) return undefined;
  if (typeof node.value === "number" && NUMBERS.has(field)) return node.source;
  if (node.value === true && field === "shared") return "true";
  return typeof node.value === "string" ? node.value : undefined;
}

function listOf(node: { readonly items: readonly unknown[] }): readonly string[] | undefined {
  const items = node.items.map((item) => textOf(item, ""));
  return hasExtras(node) || items.includes(undefined) ? undefined : (items as string[]);
}

function hasExtras(node: unknown): boolean {
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  return anchor !== undefined || tag !== undefined;
}

function firstLine(message: string): string {
  return message.split("\n")[0]!.replace(/ at line \d+.*$/, "");
}
