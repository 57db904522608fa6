import { sanitise } from "../sanitise.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\n": "&#10;",
};

/** Text for an element or an attribute of XML and HTML: nothing in it is markup, or drives anything. */
export function escapeXml(text: string): string {
  // The two are in no XML 1.0 document, not even as references.
  return sanitise(text)
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"'\n]/g, (char) => ENTITIES[char]!);
}
