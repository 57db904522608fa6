/** The pre-commit hook of a repository of code that asks `mound guard`, as a file on disk. */
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { err, ok, type Result } from "../base/result.ts";
import { shellQuote } from "../base/shell-quote.ts";
import type { JudgeProgram } from "./judge-hook.ts";

/** `ours` where the guard stands there; `other` where something else does. */
export type GuardHook = "none" | "ours" | "other";

/** Another hook was put in the guard's place, while the one before the guard is still kept. */
export interface GuardHookKept {
  readonly code: "guard-hook-kept";
  readonly path: string;
  readonly kept: string;
}

const MARK = /^# mound-guard$/m;
/** What the hook that stood there is called from then on; the guard runs it first. */
const KEPT = ".before-mound";

export function guardHookPath(folder: string): string {
  return join(folder, "pre-commit");
}

export function readGuardHook(folder: string): GuardHook {
  const path = guardHookPath(folder);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return "none";
  try {
    return MARK.test(readFileSync(path, "utf8")) ? "ours" : "other";
  } catch {
    return "other";
  }
}

/**
 * Puts the guard there. Answers where the hook that stood there went, which goes on being run; a fault where
 * one that was kept before is still there, for only one is kept.
 */
export async function writeGuardHook(
  folder: string,
  program: JudgeProgram,
): Promise<Result<string | undefined, GuardHookKept>> {
  const path = guardHookPath(folder);
  const other = readGuardHook(folder) === "other";
  if (other && existsSync(`${path}${KEPT}`))
    return err({ code: "guard-hook-kept", path, kept: `${path}${KEPT}` });
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.new`, script(program));
  await chmod(`${path}.new`, 0o755);
  if (other) await rename(path, `${path}${KEPT}`);
  await rename(`${path}.new`, path);
  return ok(other ? `${path}${KEPT}` : undefined);
}

/** Takes the guard away, and puts back what was there before it; false where it was not there. */
export async function removeGuardHook(folder: string): Promise<boolean> {
  if (readGuardHook(folder) !== "ours") return false;
  const path = guardHookPath(folder);
  await rename(`${path}${KEPT}`, path).catch(() => rm(path, { force: true }));
  return true;
}

/**
 * The older hook runs first, for it may change what is staged. A tool that keeps this hook aside, as this one
 * keeps others, would have them call each other for ever: the variable ends that.
 */
function script({ node, command }: JudgeProgram): string {
  return [
    "#!/bin/sh",
    "# mound-guard",
    "# Written by `mound guard install`: says whose claim the staged files are under. Take away: mound guard remove",
    `[ -z "$MOUND_GUARD" ] || exit 0`,
    "export MOUND_GUARD=1",
    `before=$(dirname "$0")/pre-commit${KEPT}`,
    `if [ -x "$before" ]; then "$before" "$@" || exit; fi`,
    // One folder of hooks may serve many repositories.
    '[ -n "$(git config --get mound.guard.mode)" ] || exit 0',
    `node=${shellQuote(node)}`,
    `mound=${shellQuote(command)}`,
    `if [ ! -x "$node" ] || [ ! -r "$mound" ]; then`,
    `  echo "mound: the guard's program is gone, so nothing was checked; mend it: mound guard install" >&2`,
    "  exit 0",
    "fi",
    "unset NODE_OPTIONS NODE_EXTRA_CA_CERTS",
    `exec "$node" "$mound" guard check --hook`,
    "",
  ].join("\n");
}
