import type { Oid } from "./ids.ts";

/** One line of a git tree. */
export interface TreeEntry {
  /** Octal digits as the tree holds them: `40000` for a folder, `100644` for a plain file. */
  readonly mode: string;
  /** See `decodeName`: any bytes survive a round trip. */
  readonly name: string;
  readonly oid: Oid;
}

/** The mode of a folder; git writes it without a leading zero. */
export const FOLDER_MODE = "40000";
export const FILE_MODE = "100644";

/** Bytes of an object name inside a tree. */
export const OID_BYTES = 20;
const SPACE = 0x20;

/** The content of a tree object: the entries in git's order, whatever order they come in. */
export function encodeTree(entries: readonly TreeEntry[]): Uint8Array {
  const parts = entries.map((entry) => ({ entry, name: encodeName(entry.name) }));
  parts.sort((a, b) => compareEntries(a.entry.mode, a.name, b.entry.mode, b.name));
  const bytes = new Uint8Array(
    parts.reduce(
      (sum, { entry, name }) => sum + entry.mode.length + name.length + 2 + OID_BYTES,
      0,
    ),
  );
  let at = 0;
  for (const { entry, name } of parts) {
    for (let i = 0; i < entry.mode.length; i += 1) bytes[at++] = entry.mode.charCodeAt(i);
    bytes[at++] = SPACE;
    bytes.set(name, at);
    at += name.length + 1;
    for (let i = 0; i < OID_BYTES; i += 1) {
      bytes[at++] =
        (digit(entry.oid.charCodeAt(2 * i)) << 4) | digit(entry.oid.charCodeAt(2 * i + 1));
    }
  }
  return bytes;
}

/**
 * The entries of a tree object in stored order. Throws `malformed tree` where the bytes are not a
 * tree at all; odd modes, odd order and duplicates are returned as they are, for the judge to refuse.
 */
export function decodeTree(bytes: Uint8Array): TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(SPACE, at);
    const nul = space < 0 ? -1 : bytes.indexOf(0, space + 1);
    const next = nul + 1 + OID_BYTES;
    if (nul < 0 || next > bytes.length) throw new Error(`malformed tree at byte ${at}`);
    const mode = String.fromCharCode(...bytes.subarray(at, Math.min(space, at + 8)));
    if (!/^[0-7]{5,7}$/.test(mode)) throw new Error(`malformed tree at byte ${at}`);
    entries.push({
      mode,
      name: decodeName(bytes.subarray(space + 1, nul)),
      oid: hex(bytes.subarray(nul + 1, next)),
    });
    at = next;
  }
  return entries;
}

/** Whether git could have written a tree of these entries: its modes, in order, no name twice. */
export function isPlainTree(entries: readonly TreeEntry[]): boolean {
  if (!entries.every((entry) => PLAIN_MODES.has(entry.mode))) return false;
  if (new Set(entries.map((entry) => entry.name)).size !== entries.length) return false;
  const names = entries.map((entry) => encodeName(entry.name));
  return entries.every((entry, index) => {
    const before = entries[index - 1];
    if (before === undefined) return true;
    return compareEntries(before.mode, names[index - 1]!, entry.mode, names[index]!) < 0;
  });
}

const PLAIN_MODES = new Set([FOLDER_MODE, FILE_MODE, "100755", "120000", "160000"]);

/** Negative where git puts `a` before `b`; 0 where it takes them for the same entry. */
export function compareTreeEntries(a: TreeEntry, b: TreeEntry): number {
  return compareEntries(a.mode, encodeName(a.name), b.mode, encodeName(b.name));
}

/** git compares names byte by byte, a folder's as if it ended in a slash. */
function compareEntries(modeA: string, a: Uint8Array, modeB: string, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return endByte(modeA, a, shared) - endByte(modeB, b, shared);
}

function endByte(mode: string, name: Uint8Array, at: number): number {
  return name[at] ?? (isFolder(mode) ? 0x2f : 0);
}

/** Whether a tree entry of this mode is a tree itself. */
export function isFolder(mode: string): boolean {
  return (Number.parseInt(mode, 8) & 0o170000) === 0o040000;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * A name as a string: UTF-8, where each byte that is no part of valid UTF-8 becomes the lone
 * surrogate U+DC80 to U+DCFF of that byte (Python's `surrogateescape`, PEP 383). Valid UTF-8 never
 * holds a surrogate, so `encodeName` gives back exactly the bytes.
 */
export function decodeName(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    try {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      text += String.fromCharCode(0xdc00 + byte);
      at += 1;
    }
  }
  return text;
}

/** The bytes of a name that `decodeName` made, or of any well-formed string. */
export function encodeName(name: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(name)) return encoder.encode(name);
  const bytes: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** The value of a lower-case hexadecimal digit. */
function digit(code: number): number {
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes: Uint8Array): Oid {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text as Oid;
}
