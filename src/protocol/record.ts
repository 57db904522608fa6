import { err, ok, type Result } from "../base/result.ts";
import { fault, type Fault } from "./fault.ts";
import { RECORD_BYTES, RECORD_SIGNATURES } from "./limits.ts";
import { readPlainBody } from "./plain-body.ts";
import { readYamlBody } from "./yaml-body.ts";

/** A scalar or a list of scalars: under YAML's failsafe schema every scalar is a string. */
export type Wire = string | readonly string[];
export type Body = ReadonlyMap<string, Wire>;

/** A file of the line, taken apart but not yet typed by its kind. */
export interface RawRecord {
  /** The exact bytes that every signature covers: all before the first line `---`. */
  readonly signed: Uint8Array;
  readonly body: Body;
  /** The armored signatures, each ending in a newline, in the order of the file. */
  readonly armors: readonly string[];
}

/** Takes a record file apart and reads its body; says which line is at fault. */
export function readRecord(path: string, bytes: Uint8Array): Result<RawRecord, Fault> {
  if (bytes.length > RECORD_BYTES) {
    return err(fault("RE1", { code: "record-too-large", path, size: bytes.length }));
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return malformed(path, 1, "it is not valid UTF-8");
  const flaw = TEXT_FLAWS.find(([pattern]) => pattern.test(text));
  if (flaw !== undefined) {
    const at = text.search(flaw[0]);
    return malformed(path, text.slice(0, at).split("\n").length, flaw[1]);
  }
  const separator = text.startsWith("---\n") ? 0 : text.indexOf("\n---\n");
  const bodyText = separator < 0 ? text : text.slice(0, separator === 0 ? 0 : separator + 1);
  if (bodyText === "") return malformed(path, 1, "it has no body before the line `---`");
  if (!bodyText.endsWith("\n")) return malformed(path, 1, "its body does not end in a newline");
  const armors = splitArmors(text.slice(bodyText.length));
  if (armors === undefined) {
    return malformed(
      path,
      bodyText.split("\n").length,
      "what follows the body is not a signature as ssh-keygen writes it",
    );
  }
  const body = readPlainBody(bodyText);
  const parsed = body === undefined ? readYamlBody(bodyText) : ok(body);
  if (!parsed.ok) return malformed(path, parsed.error.line, parsed.error.detail);
  const signed = separator < 0 ? bytes : new TextEncoder().encode(bodyText);
  return ok({ signed, body: parsed.value, armors });
}

/** The file of a record: its body and one document for each signature, which come in order of key. */
export function joinRecord(body: string, armors: readonly string[]): Uint8Array {
  return new TextEncoder().encode(body + armors.map((armor) => `---\n${armor}`).join(""));
}

const TEXT_FLAWS: readonly (readonly [RegExp, string])[] = [
  [/^\uFEFF/, "it begins with a byte order mark; save it as UTF-8 without one"],
  [/\r/, "it has carriage returns; lines end in LF only"],
  [/\t/, "it has a tab; write spaces, or `\\t` inside double quotes"],
  [
    /[\u0000-\u0008\u000b-\u001f\u007f]/,
    "it has a control character; write it as an escape inside double quotes",
  ],
  [/^(<{7}|={7}|>{7})( |$)/m, "it has conflict markers"],
];

const ARMOR_HEAD = "-----BEGIN SSH SIGNATURE-----\n";
const ARMOR_TAIL = "-----END SSH SIGNATURE-----\n";

function splitArmors(text: string): string[] | undefined {
  const armors: string[] = [];
  let rest = text;
  while (rest !== "") {
    if (!rest.startsWith(`---\n${ARMOR_HEAD}`)) return undefined;
    const end = rest.indexOf(ARMOR_TAIL);
    if (end < 0 || armors.length === RECORD_SIGNATURES) return undefined;
    armors.push(rest.slice(4, end + ARMOR_TAIL.length));
    rest = rest.slice(end + ARMOR_TAIL.length);
  }
  return armors;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function malformed(path: string, line: number, detail: string): Result<never, Fault> {
  return err(fault("RE2", { code: "record-malformed", path, line, detail }));
}
