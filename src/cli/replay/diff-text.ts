import type {
  FieldChange,
  FileChange,
  StateDiff,
  ThingChange,
} from "../../protocol/views/state-diff.ts";
import { sanitiseLine } from "../sanitise.ts";

/** Of each list; --json has all of it. */
const SHOWN = 100;
/** Of one value: a body or a checkpoint is told by its beginning. */
const VALUE_SHOWN = 80;

/** What is different, in lines, a block for each sort of thing; empty where nothing is. */
export function diffLines({
  tasks,
  agents,
  locks,
  settings,
  signals,
  files,
}: StateDiff): readonly string[] {
  return [
    ...block("Tasks:", tasks.map(thingLine)),
    ...block("Agents:", agents.map(thingLine)),
    ...block("Locks:", locks.map(thingLine)),
    ...block("Settings:", settings.map(fieldText)),
    ...block("Signals:", signals.map(thingLine)),
    ...block("Files:", files.map(fileLine)),
  ];
}

function block(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const left = lines.length - SHOWN;
  const more = left > 0 ? [`  ... and ${left} more; see them with --json`] : [];
  return [title, ...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...more];
}

function thingLine({ id, what, fields }: ThingChange): string {
  const verb = what === "changed" ? "" : ` ${what}`;
  return `${sanitiseLine(id)}${verb}: ${fields.map(fieldText).join("; ")}`;
}

function fieldText({ field, before, after }: FieldChange): string {
  if (before === null) return `${field} ${valueText(after)}`;
  return `${field} ${valueText(before)} -> ${valueText(after)}`;
}

function valueText(value: FieldChange["after"]): string {
  if (value === null) return "none";
  const text = sanitiseLine(Array.isArray(value) ? value.join(", ") : String(value));
  return text.length <= VALUE_SHOWN ? text : `${text.slice(0, VALUE_SHOWN)}...`;
}

function fileLine({ path, astray, before, after }: FileChange): string {
  const name = sanitiseLine(path);
  if (astray)
    return `${name} is ${after === null && before !== null ? "as accepted again" : "not as accepted"}`;
  const verb = before === null ? "added" : after === null ? "removed" : "changed";
  return `${name} ${verb}`;
}
