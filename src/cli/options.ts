import { readFile } from "node:fs/promises";
import { COUNTER_MAX } from "../protocol/limits.ts";
import { parseShare } from "../protocol/share.ts";
import { parseDuration } from "../protocol/time.ts";
import type { Context } from "./context.ts";
import { UsageError } from "./usage.ts";

/** Options of a command, read with a clear sentence where they do not fit. */
export function durationOption(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  const duration = parseDuration(textOf(value));
  if (duration === undefined)
    throw new UsageError(
      `${name} takes a duration such as 30m, 2h or 1h30m, not "${textOf(value)}".`,
    );
  return duration;
}

export function numberOption(
  value: unknown,
  name: string,
  min: number,
  max: number,
): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,7}$/.test(textOf(value)) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max))
    throw new UsageError(
      `${name} takes a whole number from ${min} to ${max}, not "${textOf(value)}".`,
    );
  return number;
}

/** More lines than anybody reads. */
const LIMIT_MAX = 1_000_000;

/** `--limit`: how many are shown; `usual` unless said. */
export function limitOption(options: Record<string, unknown>, usual: number): number {
  return numberOption(options["limit"], "--limit", 1, LIMIT_MAX) ?? usual;
}

/** A fencing token, as an option or an argument. */
export function tokenValue(value: unknown, name: string): number | undefined {
  return numberOption(value, name, 1, COUNTER_MAX);
}

/** `--token`, as a part of a command. */
export function tokenOption(options: Record<string, unknown>): { readonly token?: number } {
  const token = tokenValue(options["token"], "--token");
  return token === undefined ? {} : { token };
}

/** A share from 0 to 1, as it was typed. */
export function shareOption(value: string | undefined, name: string): string | undefined {
  if (value === undefined || parseShare(value) !== undefined) return value;
  throw new UsageError(`${name} takes a share from 0 to 1, such as 0.4, not "${value}".`);
}

export function textOption(value: unknown): string | undefined {
  return value === undefined ? undefined : textOf(value);
}

export function listOption(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(textOf) : undefined;
}

/** Commander gives an option's value as the text that was typed. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Gathers an option that may be repeated. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** The content of a file that was named, or of standard input for `-`. */
export async function fileOption(context: Context, value: unknown): Promise<string | undefined> {
  if (value === undefined) return undefined;
  const name = textOf(value);
  try {
    const bytes = name === "-" ? await context.env.input() : await readFile(context.path(name));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError)
      throw new UsageError(`${name} is not UTF-8 text.`, "iconv -t UTF-8");
    throw new UsageError(`${name} cannot be read: ${(error as Error).message}`, `ls -l ${name}`);
  }
}
