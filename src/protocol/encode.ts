import { kindNamed } from "./kinds/index.ts";
import { isBlockText, writeScalar } from "./plain-body.ts";
import type { Wire } from "./record.ts";
import { defined } from "../base/assert.ts";

/** The fields of a record that is being written; undefined ones are left out. */
export type WireFields = Readonly<Record<string, Wire | undefined>>;

/**
 * The body of a record as Mound writes it: a modeline for editors, `kind`, and the fields in the
 * order of the kind's schema; then whatever `x-` keys there are.
 */
export function encodeBody(kind: string, path: string, fields: WireFields): string {
  const definition = defined(kindNamed(kind), `the kind ${kind}`).kind;
  const up = "../".repeat(path.split("/").length - 1);
  const names = [
    ...Object.keys(definition.fields.shape),
    ...Object.keys(fields).filter((name) => name.startsWith("x-")),
  ];
  const entries = names.map((name) =>
    name === "kind" ? `kind: ${kind}\n` : encodeEntry(name, fields[name]),
  );
  return `# yaml-language-server: $schema=${up}.mound/schema/${kind}.json\n${entries.join("")}`;
}

function encodeEntry(name: string, value: Wire | undefined): string {
  if (value === undefined) return "";
  if (typeof value !== "string") {
    const items = value.map((item) => `  - ${writeScalar(item)}\n`).join("");
    return items === "" ? "" : `${name}:\n${items}`;
  }
  if (!isBlockText(value)) return `${name}: ${writeScalar(value)}\n`;
  const lines = value.replace(/\n$/, "").split("\n");
  const block = lines.map((line) => (line === "" ? "\n" : `  ${line}\n`)).join("");
  return `${name}: ${value.endsWith("\n") ? "|" : "|-"}\n${block}`;
}
