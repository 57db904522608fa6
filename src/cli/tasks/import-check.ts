import { defined } from "../../base/assert.ts";
import type { TaskSpec } from "../../protocol/commands/add.ts";
import { resolveTask } from "../../protocol/commands/plan.ts";
import { encodeBody } from "../../protocol/encode.ts";
import { isTaskId } from "../../protocol/ids.ts";
import { kindNamed } from "../../protocol/kinds/index.ts";
import { IMPORT_PATHS, RECORD_BYTES } from "../../protocol/limits.ts";
import { settings } from "../../protocol/rules/members.ts";
import type { View } from "../../protocol/state.ts";
import { parseDuration } from "../../protocol/time.ts";
import { explainRule } from "../explain-rule.ts";
import { readDeadline } from "../../protocol/commands/deadline.ts";
import { importCycle } from "./import-cycle.ts";
import type { ImportEntry, ImportFault, ImportFile } from "./import-file.ts";

const LISTS = new Set(["needs", "after", "after_any", "paths"]);
const TEXTS = new Set([
  "title",
  "label",
  "body",
  "shared",
  "priority",
  "deadline",
  "lease",
  "attempts",
  "review",
  "reviewer",
  "parent",
  "trust",
  "value",
  "stake",
]);
const COUNTS = new Set(["priority", "attempts", "value", "stake"]);
/** A word that cannot be taken for an option or a path. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Stands for what is known only when the task is added. */
const LATER = {
  kind: "task",
  id: "0000000",
  creator: "nobody",
  at: "2000-01-01T00:00:00.000Z",
  nonce: "0".repeat(16),
};
/** What the signature, the id and `seen` add to a record. */
const SIGNED_BYTES = 600;

/** Everything that is wrong with the entries of an import, in order of line. */
export function checkImport(file: ImportFile, view: View): readonly ImportFault[] {
  const faults: ImportFault[] = [...file.faults];
  if (file.entries.length > IMPORT_PATHS) {
    const { line } = file.entries[IMPORT_PATHS]!;
    faults.push({
      line,
      entry: IMPORT_PATHS,
      message: `At most ${IMPORT_PATHS} tasks are imported at once; here begins one more.`,
    });
  }
  const labels = new Map<string, number>();
  for (const [index, entry] of file.entries.entries()) {
    faults.push(...checkLabel(entry, index, labels), ...checkShape(entry, index));
  }
  for (const [index, entry] of file.entries.entries())
    faults.push(...checkNames(entry, index, labels, view));
  const cycle = importCycle(file.entries, labels);
  if (cycle !== undefined) faults.push(cycle);
  return faults.toSorted((a, b) => a.line - b.line);
}

/** The task that an entry without faults describes. */
export function specOf({ fields }: ImportEntry): TaskSpec {
  const spec: Record<string, unknown> = {};
  for (const [field, { value }] of fields) {
    if (COUNTS.has(field)) spec[field] = Number(value);
    else if (field === "after_any") spec["afterAny"] = value;
    else if (field === "shared") spec[field] = true;
    else spec[field] = field === "deadline" ? readDeadline(value as string) : value;
  }
  return spec as unknown as TaskSpec;
}

function checkLabel(
  { fields }: ImportEntry,
  entry: number,
  labels: Map<string, number>,
): readonly ImportFault[] {
  const label = fields.get("label");
  if (label === undefined || typeof label.value !== "string") return [];
  const refuse = (message: string): readonly ImportFault[] => [
    { line: label.line, entry, field: "label", message },
  ];
  if (!LABEL.test(label.value))
    return refuse("The field `label` must be one word of letters, digits, `.`, `_` and `-`.");
  if (isTaskId(label.value))
    return refuse(`The label \`${label.value}\` could be the id of a task; choose another.`);
  if (labels.has(label.value)) return refuse(`The label \`${label.value}\` is there twice.`);
  labels.set(label.value, entry);
  return [];
}

/** By the schema of the record itself, so that what is let through here the judge lets through. */
function checkShape(found: ImportEntry, entry: number): readonly ImportFault[] {
  const faults: ImportFault[] = [];
  const at = (field: string): number => found.fields.get(field)?.line ?? found.line;
  const refuse = (field: string, message: string): unknown =>
    faults.push({ line: at(field), entry, field, message });
  const wire: Record<string, string | readonly string[]> = {};
  for (const [field, { value }] of found.fields) {
    const list = LISTS.has(field);
    if (!list && !TEXTS.has(field)) refuse(field, `There is no field \`${field}\` in a task.`);
    else if (list !== Array.isArray(value))
      refuse(field, `The field \`${field}\` must be ${list ? "a list" : "one text"}.`);
    else if (field === "deadline") wire[field] = readDeadline(value as string) ?? value;
    // References are words here and become ids later.
    else if (field === "after" || field === "after_any")
      wire[field] = (value as readonly string[]).map(() => LATER.id);
    else if (field === "parent") wire[field] = LATER.id;
    else if (field !== "label") wire[field] = value;
  }
  if (found.fields.size > 0 && !found.fields.has("title"))
    refuse("title", "The task has no `title`.");
  const body = { ...LATER, title: "later", ...wire };
  const checked = defined(kindNamed("task"), "the kind of tasks").kind.fields.safeParse(body);
  for (const issue of checked.error?.issues ?? []) {
    const field = String(issue.path[0]);
    refuse(field, `The field \`${field}\` ${issue.message}.`);
  }
  if (faults.length > 0) return faults;
  const bytes =
    new TextEncoder().encode(encodeBody("task", "task.yaml", body)).length + SIGNED_BYTES;
  if (bytes > RECORD_BYTES)
    refuse("body", `The task takes ${bytes} bytes; a record has at most ${RECORD_BYTES}.`);
  return faults;
}

/** Whom and what an entry names must be in the file or in the mound. */
function checkNames(
  { fields }: ImportEntry,
  entry: number,
  labels: ReadonlyMap<string, number>,
  view: View,
): readonly ImportFault[] {
  const faults: ImportFault[] = [];
  const refuse = (field: string, message: string): unknown =>
    faults.push({ line: fields.get(field)!.line, entry, field, message });
  for (const field of ["after", "after_any", "parent"]) {
    for (const reference of [fields.get(field)?.value ?? []].flat()) {
      if (labels.has(reference)) continue;
      const found = resolveTask(view, reference);
      if (found.ok) continue;
      const ambiguous = found.error.code === "task-ambiguous";
      refuse(
        field,
        ambiguous
          ? explainRule(found.error).message
          : `There is neither a task nor a label \`${reference}\`.`,
      );
    }
  }
  const reviewer = fields.get("reviewer")?.value;
  if (typeof reviewer === "string" && view.get(`agent/${reviewer}`) === undefined) {
    refuse("reviewer", `The reviewer \`${reviewer}\` is not a member of this mound.`);
  }
  const lease = fields.get("lease")?.value;
  if (typeof lease === "string" && (parseDuration(lease) ?? 0) > settings(view).leaseMax) {
    refuse("lease", `The lease \`${lease}\` is longer than this mound allows.`);
  }
  return faults;
}
