/** Text that drives a terminal, turns lines around, or hides: one of each kind that has been used. */

/** What must never reach an output raw: all that is below a space but newline and tab, and what hides. */
const RAW =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}]|[\u{e0000}-\u{e007f}]/u;

/** Each fits into a line of its own. */
export const CORPUS: Readonly<Record<string, string>> = {
  "CSI, clearing the screen": "\u001b[2J\u001b[1;31mred",
  "OSC 0, a title": "\u001b]0;owned\u0007",
  "OSC 8, a link": "\u001b]8;;https://example.com\u001b\\here\u001b]8;;\u001b\\",
  "OSC 52, the clipboard": "\u001b]52;c;Y3VybCB8IHNo\u0007",
  "DCS, a question to the terminal": '\u001bP$q"p\u001b\\',
  "APC, PM and SOS": "\u001b_x\u001b\\\u001b^y\u001b\\\u001bXz\u001b\\",
  "C1 in place of escapes": "\u009b31m\u009d0;t\u009c\u0090q\u009c\u0085",
  "a line written over": "refused\raccepted",
  backspaces: "no\b\byes",
  "other controls": "\u0000\u0001\u0007\u000b\u000c\u000e\u000f\u007f",
  "text that runs backwards": "\u202etxt.exe\u202c \u2066a\u2067b\u2068c\u2069 \u061c\u200e\u200f",
  "what has no width": "pass\u200bword\u200c\u200d\u2060\ufeff\u00ad",
  tags: "\u{e0001}\u{e0041}\u{e007f}",
  "lines that are none": "a\u2028b\u2029c",
  annotations: "\ufff9a\ufffab\ufffb",
  "halves of a character": "\ud800 \udc00",
};

/** All of it in one line. */
export const NASTY = `a ${Object.values(CORPUS).join(" ")} z`;

/** Where a raw character stands in an output, with what is around it; undefined: nowhere. */
export function rawIn(output: string): string | undefined {
  const found = RAW.exec(output);
  if (found === null) return undefined;
  return JSON.stringify(output.slice(Math.max(0, found.index - 60), found.index + 20));
}
