import { isAbsolute } from "node:path";
import { isRefName } from "../git/refs.ts";
import type { Context } from "./context.ts";
import { textOption } from "./options.ts";
import { UsageError } from "./usage.ts";

/** What was typed as the address of an origin: a URL as it is, a path made absolute. */
export function addressOption(context: Context, typed: string): string {
  return isPath(typed) ? context.path(typed) : typed;
}

/** git's own distinction: a colon before the first slash makes it a URL (`host:path`, `https://...`). */
function isPath(typed: string): boolean {
  return typed !== "" && (isAbsolute(typed) || !/^[^/]*:/.test(typed));
}

/** A key's source as `--key` names it: a file, or the ssh-agent. */
export function keyOption(context: Context, value: unknown): string | undefined {
  const typed = textOption(value);
  if (typed === undefined) return undefined;
  return /^ssh-agent(:|$)/.test(typed) ? typed : context.path(typed);
}

export function branchOption(value: unknown): string | undefined {
  const branch = textOption(value);
  if (branch === undefined || isRefName(`refs/heads/${branch}`)) return branch;
  throw new UsageError(
    `"${branch}" cannot be the name of a branch here.`,
    "Use letters, digits, - . _ and /, such as mound or team/plan.",
  );
}
