import { parseDuration } from "../../protocol/time.ts";
import { EVENT_TYPES, matchesEvent } from "../../protocol/views/event.ts";
import { type Condition, readCondition } from "./condition.ts";
import { type Reaction, REACTION_LIMITS } from "./reaction.ts";

/** What the file says of one field, and where. A map only of `where`. */
export interface Written {
  readonly line: number;
  readonly value: string | readonly string[] | ReadonlyMap<string, Written>;
}

/** The fields of a reaction, in the order in which people write them. */
export const ENTRY_FIELDS = ["name", "on", "where", "run", "timeout", "retries", "concurrency"];

const NAME = /^[a-z0-9][a-z0-9-]{0,38}$/;
/** What Linux takes in one argument, and far more than anybody types. */
const ARGUMENT_CHARS = 128 * 1024;

type Refuse = (line: number, field: string, message: string) => unknown;
type Fields = ReadonlyMap<string, Written>;

/** One reaction of the file; undefined where what it needs is missing. Every fault is told. */
export function readEntry(line: number, fields: Fields, refuse: Refuse): Reaction | undefined {
  const name = readName(line, fields, refuse);
  const on = readPatterns(line, fields, refuse);
  const where = readConditions(fields, refuse);
  const run = readProgram(line, fields, refuse);
  const timeout = readTimeout(fields, refuse);
  const retries = readCount("retries", fields, refuse);
  const concurrency = readCount("concurrency", fields, refuse);
  if (name === undefined || run === undefined) return undefined;
  return { name, on, where, run, timeout, retries, concurrency };
}

function readName(line: number, fields: Fields, refuse: Refuse): string | undefined {
  const name = fields.get("name");
  if (typeof name?.value === "string" && NAME.test(name.value)) return name.value;
  const message =
    name === undefined
      ? "The reaction has no `name`."
      : "`name` must be one word of a-z, 0-9 and -, at most 39 characters.";
  refuse(name?.line ?? line, "name", message);
  return undefined;
}

function readPatterns(line: number, fields: Fields, refuse: Refuse): readonly string[] {
  const on = fields.get("on");
  const patterns = on === undefined ? [] : listed(on);
  if (patterns.length === 0) {
    const message = "The reaction has no event patterns in `on`, such as [task.done].";
    refuse(on?.line ?? line, "on", message);
  }
  for (const pattern of patterns) {
    if (EVENT_TYPES.some((type) => matchesEvent(pattern, type))) continue;
    const message = `The pattern \`${pattern}\` matches no event. There are: ${EVENT_TYPES.join(", ")}.`;
    refuse(on!.line, "on", message);
  }
  return patterns;
}

function readConditions(fields: Fields, refuse: Refuse): readonly Condition[] {
  const where = fields.get("where");
  if (where === undefined) return [];
  if (!(where.value instanceof Map)) {
    refuse(where.line, "where", "`where` must be a map of `field: value` lines.");
    return [];
  }
  return [...(where.value as Fields)].flatMap(([field, written]) => {
    const condition = readCondition(field, listed(written));
    if (condition.ok) return [condition.value];
    refuse(written.line, "where", condition.error);
    return [];
  });
}

function readProgram(line: number, fields: Fields, refuse: Refuse): Reaction["run"] | undefined {
  const run = fields.get("run");
  const say = (message: string): undefined => void refuse(run?.line ?? line, "run", message);
  if (run === undefined) return say("The reaction has no `run`.");
  if (!Array.isArray(run.value))
    return say("`run` must be a list, such as [notify-send, Mound]: no shell takes it apart.");
  const [program = "", ...args] = run.value as readonly string[];
  if (program === "") return say("`run` names no program.");
  if ([program, ...args].some((word) => word.includes("\0") || word.length > ARGUMENT_CHARS))
    return say("A word of `run` is too long, or has a zero byte.");
  return [program, ...args];
}

function readTimeout(fields: Fields, refuse: Refuse): number {
  const { unless, max } = REACTION_LIMITS.timeout;
  const timeout = fields.get("timeout");
  if (timeout === undefined) return unless;
  const found = typeof timeout.value === "string" ? parseDuration(timeout.value) : undefined;
  if (found !== undefined && found <= max) return found;
  refuse(
    timeout.line,
    "timeout",
    "`timeout` must be a duration of at most 24h, such as 30s or 5m.",
  );
  return unless;
}

function readCount(field: "retries" | "concurrency", fields: Fields, refuse: Refuse): number {
  const { unless, min, max } = REACTION_LIMITS[field];
  const written = fields.get(field);
  if (written === undefined) return unless;
  const { value } = written;
  const found = typeof value === "string" && /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
  if (found >= min && found <= max) return found;
  refuse(written.line, field, `\`${field}\` must be a whole number from ${min} to ${max}.`);
  return unless;
}

function listed({ value }: Written): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
