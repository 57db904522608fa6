/** The user's `reactions.yaml`, taken apart and checked; every fault with its line and its reason. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { ENTRY_FIELDS, readEntry, type Written } from "./entry.ts";
import type { Reaction } from "./reaction.ts";

/** What is wrong with one place of a reactions file. */
export interface ReactionFlaw {
  /** Counted from 1. */
  readonly line: number;
  /** The reaction, where it has a name. */
  readonly reaction?: string;
  readonly field?: string;
  /** A full sentence. */
  readonly message: string;
}

export interface ReactionsFile {
  /** Empty where there are flaws: a file counts as a whole or not at all. */
  readonly reactions: readonly Reaction[];
  /** In order of their lines. */
  readonly flaws: readonly ReactionFlaw[];
}

/** Larger than anything that a person writes; the reader of YAML is not for more. */
export const REACTIONS_BYTES = 256 * 1024;
/** Each event is held against every one of them. */
const REACTIONS_MAX = 100;

export function readReactions(text: string): ReactionsFile {
  const flaws: ReactionFlaw[] = [];
  const reactions = new Reader(text, flaws).read();
  flaws.sort((a, b) => a.line - b.line);
  return { reactions: flaws.length > 0 ? [] : reactions, flaws };
}

class Reader {
  readonly #text: string;
  readonly #flaws: ReactionFlaw[];
  readonly #counter = new LineCounter();

  constructor(text: string, flaws: ReactionFlaw[]) {
    this.#text = text;
    this.#flaws = flaws;
  }

  read(): readonly Reaction[] {
    if (Buffer.byteLength(this.#text) > REACTIONS_BYTES)
      return this.#refuse(1, `The file is larger than ${REACTIONS_BYTES} bytes.`);
    // As in records, every scalar is a text: `3`, `yes` and `~` are what was typed.
    const document = parseDocument(this.#text, {
      schema: "failsafe",
      version: "1.2",
      strict: true,
      uniqueKeys: false,
      lineCounter: this.#counter,
    });
    for (const flaw of [...document.errors, ...document.warnings].slice(0, 1)) {
      const message = flaw.message.split("\n")[0]!.replace(/ at line \d+.*$/, "");
      const { line } = this.#counter.linePos(flaw.pos[0]);
      return this.#refuse(line, `The YAML cannot be read: ${message.replace(/[.:]$/, "")}.`);
    }
    const root = document.contents;
    if (!isMap(root)) return this.#refuse(1, "The file must be one map with `reactions:`.");
    const fields = this.#fields(root, undefined, ["reactions"]);
    const list = fields.get("reactions");
    if (list === undefined) return this.#refuse(1, "The file has no `reactions:`.");
    if (!isSeq(list.node) || hasExtras(list.node))
      return this.#refuse(list.line, "`reactions:` must be a list; `[]` where there are none.");
    if (list.node.items.length > REACTIONS_MAX)
      return this.#refuse(list.line, `There are more than ${REACTIONS_MAX} reactions.`);
    return this.#entries(list.node.items);
  }

  #entries(items: readonly unknown[]): readonly Reaction[] {
    const reactions: Reaction[] = [];
    const names = new Map<string, number>();
    for (const item of items) {
      const line = this.#line(item);
      if (!isMap(item) || hasExtras(item)) {
        this.#refuse(line, "A reaction must be a map of `field: value` lines.");
        continue;
      }
      const named = item.items.find((pair) => textOf(pair.key) === "name");
      const name = textOf(named?.value);
      const written = new Map<string, Written>();
      for (const [field, { node, line: at }] of this.#fields(item, name, ENTRY_FIELDS)) {
        const value = this.#value(field, node, name);
        if (value !== undefined) written.set(field, { line: at, value });
      }
      const first = name === undefined ? undefined : names.get(name);
      if (first !== undefined)
        this.#refuse(
          line,
          `There is a reaction \`${name}\` already, at line ${first}.`,
          name,
          "name",
        );
      else if (name !== undefined) names.set(name, line);
      const refuse = (at: number, field: string, message: string): unknown =>
        this.#refuse(at, message, name, field);
      const reaction = readEntry(line, written, refuse);
      if (reaction !== undefined) reactions.push(reaction);
    }
    return reactions;
  }

  #value(field: string, node: unknown, reaction: string | undefined): Written["value"] | undefined {
    const plain = textOf(node) ?? listOf(node);
    if (plain !== undefined) return plain;
    if (field !== "where" || !isMap(node) || hasExtras(node)) {
      const wanted = field === "where" ? "a map" : "a text or a list of texts";
      this.#refuse(this.#line(node), `\`${field}\` must be ${wanted}.`, reaction, field);
      return undefined;
    }
    const conditions = new Map<string, Written>();
    for (const [name, { node: inner, line }] of this.#fields(node, reaction)) {
      const value = textOf(inner) ?? listOf(inner);
      if (value === undefined)
        this.#refuse(
          line,
          `The condition on \`${name}\` must be a text or a list of texts.`,
          reaction,
          field,
        );
      else conditions.set(name, { line, value });
    }
    return conditions;
  }

  /** The pairs of a map by their names. `known`: the only names that it may have. */
  #fields(map: YAMLMap, reaction: string | undefined, known?: readonly string[]) {
    const fields = new Map<string, { readonly node: unknown; readonly line: number }>();
    for (const { key, value } of map.items) {
      const line = this.#line(key);
      const name = textOf(key);
      if (name === undefined)
        this.#refuse(line, "The name of a field must be a plain word.", reaction);
      else if (known?.includes(name) === false)
        this.#refuse(
          line,
          `There is no field \`${name}\` here; there are: ${known.join(", ")}.`,
          reaction,
          name,
        );
      else if (fields.has(name)) this.#refuse(line, `\`${name}\` is there twice.`, reaction, name);
      else fields.set(name, { node: value, line });
    }
    return fields;
  }

  #line(node: unknown): number {
    return this.#counter.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  }

  #refuse(line: number, message: string, reaction?: string, field?: string): readonly [] {
    this.#flaws.push({
      line,
      message,
      ...(reaction === undefined ? {} : { reaction }),
      ...(field === undefined ? {} : { field }),
    });
    return [];
  }
}

function textOf(node: unknown): string | undefined {
  return isScalar(node) && !hasExtras(node) && typeof node.value === "string"
    ? node.value
    : undefined;
}

function listOf(node: unknown): readonly string[] | undefined {
  if (!isSeq(node) || hasExtras(node)) return undefined;
  const items = node.items.map(textOf);
  return items.includes(undefined) ? undefined : (items as string[]);
}

/** Anchors and tags would make a text mean more than what stands there. */
function hasExtras(node: unknown): boolean {
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  return anchor !== undefined || tag !== undefined;
}
