/**
 * Text that came from a repository may try to drive a terminal. Every character that could becomes a
 * visible escape: C0 but newline, DEL, C1, bidirectional controls, zero-width and tag characters,
 * lone surrogates. Everything that is printed passes here.
 */
export function sanitise(text: string): string {
  return text.replace(HOSTILE, (char) => {
    const code = char.codePointAt(0)!;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** The same for a place of one line: newlines become a visible `\n`. */
export function sanitiseLine(text: string): string {
  return sanitise(text).replaceAll("\n", "\\n");
}

/** The same for a JSON document: its escapes, so that a program still reads the text as it was. */
export function sanitiseJson(json: string): string {
  return json.replace(HOSTILE, (char) => {
    const units = Array.from({ length: char.length }, (_, at) =>
      char.charCodeAt(at).toString(16).padStart(4, "0"),
    );
    return units.map((unit) => `\\u${unit}`).join("");
  });
}

const HOSTILE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;
