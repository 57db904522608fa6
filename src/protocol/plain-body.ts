import { LIST_ITEMS, RECORD_KEYS } from "./limits.ts";
import type { Body, Wire } from "./record.ts";

/**
 * The fast reader for bodies as Mound writes them. It answers only where it provably gives what the
 * yaml package gives, and undefined for all else: that package alone defines what a body means.
 */
export function readPlainBody(text: string): Body | undefined {
  const lines = text.split("\n");
  if (lines.pop() !== "") return undefined;
  const body = new Map<string, Wire>();
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    if (line.startsWith("# ")) {
      at += 1;
      continue;
    }
    const match = ENTRY.exec(line);
    if (match === null || body.has(match[1]!)) return undefined;
    const key = match[1]!;
    const rest = match[2] ?? "";
    if (rest === "") {
      const items: string[] = [];
      while (at + 1 < lines.length && lines[at + 1]!.startsWith("  - ")) {
        const item = readScalar(lines[at + 1]!.slice(4));
        if (item === undefined) return undefined;
        items.push(item);
        at += 1;
      }
      if (items.length === 0 || items.length > LIST_ITEMS) return undefined;
      body.set(key, items);
    } else if (rest === " |" || rest === " |-") {
      const block = readBlock(lines, at + 1);
      if (block === undefined) return undefined;
      body.set(key, rest === " |" ? `${block.text}\n` : block.text);
      at = block.next - 1;
    } else if (rest === " []") {
      body.set(key, []);
    } else {
      const scalar = readScalar(rest.slice(1));
      if (scalar === undefined) return undefined;
      body.set(key, scalar);
    }
    at += 1;
  }
  return body.size === 0 || body.size > RECORD_KEYS ? undefined : body;
}

/** One scalar on a line of its own: plain where that is safe in any YAML, else in double quotes. */
export function writeScalar(value: string): string {
  return isPlain(value) ? value : quote(value);
}

/** Whether text can stand as a literal block and be read back by line: no odd white space or controls. */
export function isBlockText(value: string): boolean {
  if (!value.includes("\n") || !BLOCK_CHARS.test(value)) return false;
  const lines = (value.endsWith("\n") ? value.slice(0, -1) : value).split("\n");
  const first = lines[0]!;
  const last = lines.at(-1)!;
  return (
    first !== "" &&
    last !== "" &&
    lines.every((line) => !line.startsWith(" ") && !line.endsWith(" "))
  );
}

const ENTRY = /^([a-z][a-z0-9_-]{0,39}):( .*)?$/;
// Printable ASCII words joined by single spaces: no indicator at the start, no `: `, ` #` or final colon.
const PLAIN =
  /^[A-Za-z0-9_./+][A-Za-z0-9_./+@=^~,;()!$%-]*(:[A-Za-z0-9_./+@=^~,;()!$%-]+)*( [A-Za-z0-9_./+@=^~;()!$%-]([A-Za-z0-9_./+@=^~,;()!$%-]|:[A-Za-z0-9_./+@=^~,;()!$%-])*)*$/;
const BLOCK_CHARS = /^[\n\u0020-\u007e\u00a1-\u1fff\u2c00-\ud7ff]*$/;
const LINE_MAX = 2_000;

function isPlain(value: string): boolean {
  return value.length <= LINE_MAX && PLAIN.test(value);
}

function quote(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u00a0\u2000-\u206f\u2028\u2029\ufeff\ufff0-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function readScalar(text: string): string | undefined {
  if (text.startsWith('"')) {
    if (!text.endsWith('"') || text.length < 2) return undefined;
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "string" && quote(value) === text ? value : undefined;
    } catch {
      return undefined;
    }
  }
  return isPlain(text) ? text : undefined;
}

function readBlock(
  lines: readonly string[],
  from: number,
): { text: string; next: number } | undefined {
  const found: string[] = [];
  let next = from;
  while (next < lines.length && (lines[next] === "" || lines[next]!.startsWith("  "))) {
    found.push(lines[next]!.slice(2));
    next += 1;
  }
  // Blank lines at the end are the chomping's business, and are left to the package.
  if (found.at(-1) === "") return undefined;
  const text = found.join("\n");
  const whole = found.length === 1 ? `${text}\nx` : text;
  return found.length > 0 && isBlockText(whole) ? { text, next } : undefined;
}
