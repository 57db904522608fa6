/**
 * Conditions over the fields of an event: what `where:` holds. A condition is a field and one or more
 * tests, of which one must pass. A test is a text:
 *
 *   typescript   equal; of a list, that it contains this
 *   fix*         that it begins so; `*` alone: that the event has the field
 *   >=3          and <=, >, <: of numbers and times
 *   !=ant-1      that the rest does not hold, also where the event has no such field
 *   =fix*        exactly what follows, whatever it looks like
 */
import { err, ok, type Result } from "../../base/result.ts";
import type { MoundEvent } from "../../protocol/views/event.ts";
import { parseInstant } from "../../protocol/time.ts";

type Field = keyof MoundEvent;
type FieldType = "text" | "list" | "number" | "time";
type Comparison = ">=" | "<=" | ">" | "<";

export type Test =
  | { readonly kind: "equal"; readonly value: string | number }
  | { readonly kind: "prefix"; readonly value: string }
  | { readonly kind: Comparison; readonly value: number }
  | { readonly kind: "not"; readonly test: Test };

export interface Condition {
  readonly field: Field;
  readonly any: readonly Test[];
  /** The tests as they stand in the file. */
  readonly written: readonly string[];
}

const FIELDS: { readonly [F in Field]-?: FieldType } = {
  id: "text",
  type: "text",
  commit: "text",
  time: "time",
  actor: "text",
  task: "text",
  title: "text",
  needs: "list",
  priority: "number",
  lock: "text",
  agent: "text",
  fingerprint: "text",
  level: "text",
  scope: "text",
  severity: "text",
  token: "number",
  until: "time",
  percent: "number",
  text: "text",
  refs: "list",
  topic: "text",
  mark: "text",
  strength: "number",
  reviewers: "list",
  amount: "number",
  free: "number",
  rule: "text",
  code: "text",
};

/** The fields that a condition may name, in the order in which events have them. */
export const CONDITION_FIELDS: readonly string[] = Object.keys(FIELDS);

/** Reads the tests of one field; the error is a sentence. */
export function readCondition(name: string, values: readonly string[]): Result<Condition, string> {
  if (!isField(name)) {
    return err(`Events have no field \`${name}\`. They have: ${CONDITION_FIELDS.join(", ")}.`);
  }
  if (values.length === 0) return err(`The condition on \`${name}\` is an empty list.`);
  const any: Test[] = [];
  for (const value of values) {
    const test = readTest(value, name);
    if (!test.ok) return test;
    any.push(test.value);
  }
  return ok({ field: name, any, written: values });
}

export function meets({ field, any }: Condition, event: MoundEvent): boolean {
  const found = event[field];
  const values = found === undefined ? [] : [found].flat();
  return any.some((test) => passes(test, values));
}

function isField(name: string): name is Field {
  return Object.hasOwn(FIELDS, name);
}

function readTest(text: string, name: Field): Result<Test, string> {
  const type = FIELDS[name];
  const [, operator = "", rest = ""] = /^(>=|<=|!=|[<>=]|)(.*)$/s.exec(text) ?? [];
  if (operator !== "" && operator !== "=" && rest === "") {
    return err(`The condition on \`${name}\` has nothing after \`${operator}\`.`);
  }
  if (operator === "!=") {
    const inner = readTest(rest, name);
    return inner.ok ? ok({ kind: "not", test: inner.value }) : inner;
  }
  if (operator === "" && text.endsWith("*")) return readPrefix(text.slice(0, -1), name);
  if (text === "") return err(`The condition on \`${name}\` is empty.`);
  if (type === "text" || type === "list") {
    if (operator !== "" && operator !== "=")
      return err(`\`${operator}\` compares numbers and times; \`${name}\` is a ${type}.`);
    return ok({ kind: "equal", value: operator === "=" ? rest : text });
  }
  const value = type === "number" ? readNumber(rest) : parseInstant(rest);
  if (value === undefined) {
    const wanted = type === "number" ? "a whole number" : "a time such as 2026-12-01T12:00:00.000Z";
    return err(`\`${name}\` is ${wanted}, and \`${rest}\` is none.`);
  }
  return ok({
    kind: operator === "" || operator === "=" ? "equal" : (operator as Comparison),
    value,
  });
}

function readPrefix(value: string, name: Field): Result<Test, string> {
  const type = FIELDS[name];
  if (value !== "" && (type === "number" || type === "time"))
    return err(`\`${name}\` is a ${type}, which has no beginning to compare \`${value}*\` with.`);
  return ok({ kind: "prefix", value });
}

function readNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function passes(test: Test, values: readonly (string | number)[]): boolean {
  switch (test.kind) {
    case "not":
      return !passes(test.test, values);
    case "equal":
      return values.includes(test.value);
    case "prefix":
      return values.some((value) => String(value).startsWith(test.value));
    default:
      return values.some((value) => typeof value === "number" && compares(value, test));
  }
}

function compares(found: number, { kind, value }: { kind: Comparison; value: number }): boolean {
  if (kind === ">=") return found >= value;
  if (kind === "<=") return found <= value;
  return kind === ">" ? found > value : found < value;
}
