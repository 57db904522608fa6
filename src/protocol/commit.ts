/** The git commit object: its codec, and the trailers of its message. */
import { isOid, type Oid } from "./ids.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
  /** Whole seconds since 1970-01-01T00:00:00Z. */
  readonly seconds: number;
}

export interface ParsedCommit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
  readonly messageBytes: number;
  /** The armored SSH signature, and the bytes that it covers. */
  readonly signature: { readonly armor: string; readonly payload: Uint8Array } | undefined;
}

const PERSON = /^([^<>\n]*?) ?<([^<>\n]*)> (\d{1,12}) [+-]\d{4}$/;

/** Reads a commit object as git stores it; undefined where it is not one that Mound accepts. */
export function parseCommit(bytes: Uint8Array): ParsedCommit | undefined {
  const text = decode(bytes);
  const split = text?.indexOf("\n\n") ?? -1;
  if (text === undefined || split < 0) return undefined;
  const message = text.slice(split + 2);
  const headers = unfold(text.slice(0, split));
  const values = (name: string): string[] =>
    headers.filter((header) => header.name === name).map((header) => header.value);
  if (headers.some((header) => !HEADERS.has(header.name))) return undefined;
  const [tree, ...otherTrees] = values("tree");
  const parents = values("parent");
  const author = parsePerson(values("author"));
  const committer = parsePerson(values("committer"));
  if (
    tree === undefined ||
    otherTrees.length > 0 ||
    author === undefined ||
    committer === undefined
  )
    return undefined;
  if (!isOid(tree) || !parents.every(isOid)) return undefined;
  const armors = values("gpgsig");
  if (armors.length > 1) return undefined;
  const armor = armors[0];
  return {
    tree,
    parents,
    author,
    committer,
    message,
    messageBytes: new TextEncoder().encode(message).length,
    signature:
      armor === undefined
        ? undefined
        : { armor: `${armor}\n`, payload: unsigned(headers, message) },
  };
}

export interface CommitDraft {
  readonly tree: Oid;
  readonly parent: Oid | undefined;
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

/** The bytes that a commit's signature covers: the commit without it. */
export function commitPayload(draft: CommitDraft): Uint8Array {
  return new TextEncoder().encode(`${headerText(draft)}\n\n${draft.message}`);
}

/** The commit object with its signature, as git writes it. */
export function encodeCommit(draft: CommitDraft, armor: string): Uint8Array {
  const folded = armor.trimEnd().split("\n").join("\n ");
  return new TextEncoder().encode(`${headerText(draft)}\ngpgsig ${folded}\n\n${draft.message}`);
}

/**
 * The `Key: value` lines below the subject, in whatever paragraph: which of them git shows as
 * trailers depends on the lines around them and on settings, so whoever asks for true ones asks all.
 */
export function trailers(
  message: string,
): readonly { readonly key: string; readonly value: string }[] {
  const found: { key: string; value: string }[] = [];
  let open = false;
  for (const line of message.split("\n").slice(1)) {
    const last = found.at(-1);
    if (open && last !== undefined && /^[ \t]/.test(line)) {
      last.value = `${last.value} ${line.trim()}`.trim();
      continue;
    }
    const match = /^([A-Za-z0-9-]+)[ \t]*:(.*)$/.exec(line);
    open = match !== null;
    if (match !== null) found.push({ key: match[1]!, value: match[2]!.trim() });
  }
  return found;
}

const HEADERS = new Set(["tree", "parent", "author", "committer", "gpgsig"]);

interface Header {
  readonly name: string;
  readonly value: string;
}

function unfold(text: string): Header[] {
  const headers: { name: string; value: string }[] = [];
  for (const line of text.split("\n")) {
    const last = headers.at(-1);
    if (line.startsWith(" ") && last !== undefined) {
      last.value += `\n${line.slice(1)}`;
    } else {
      const space = line.indexOf(" ");
      headers.push({
        name: space < 0 ? line : line.slice(0, space),
        value: space < 0 ? "" : line.slice(space + 1),
      });
    }
  }
  return headers;
}

function unsigned(headers: readonly Header[], message: string): Uint8Array {
  const kept = headers.filter((header) => header.name !== "gpgsig");
  const lines = kept.map((header) => `${header.name} ${header.value.replaceAll("\n", "\n ")}`);
  return new TextEncoder().encode(`${lines.join("\n")}\n\n${message}`);
}

function parsePerson(values: readonly string[]): Person | undefined {
  const match = values.length === 1 ? PERSON.exec(values[0]!) : null;
  if (match === null) return undefined;
  return { name: match[1]!, email: match[2]!, seconds: Number(match[3]) };
}

function headerText({ tree, parent, author, committer }: CommitDraft): string {
  const lines = [`tree ${tree}`];
  if (parent !== undefined) lines.push(`parent ${parent}`);
  lines.push(`author ${personText(author)}`, `committer ${personText(committer)}`);
  return lines.join("\n");
}

function personText({ name, email, seconds }: Person): string {
  return `${name} <${email}> ${seconds} +0000`;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
