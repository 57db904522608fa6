import { statSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { stagedPaths, type CodeRepository } from "../../git/code-repository.ts";
import { Mound } from "../../open/mound.ts";
import { guardPaths, type GuardConflict, type GuardedPath } from "../../protocol/views/guard.ts";
import { formatInstant } from "../../protocol/time.ts";
import { FaultError, type Context } from "../context.ts";
import { formatAge } from "../fresh.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { codeOf, guardSettings, moundFor, type GuardSettings } from "./settings.ts";
import { guardLines } from "./text.ts";

/** A view that is older is told of even where nothing is in the way. */
const OLD_MS = 10 * 60_000;

/** `mound guard check`: whose live claims the staged files, or those that are named, are under. */
export async function checkGuard(
  context: Context,
  files: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const code = codeOf(context);
  const saved = await guardSettings(code);
  const hook = options["hook"] === true;
  const settings: GuardSettings = {
    ...saved,
    agent: context.maybeAgent() ?? saved.agent,
    requireClaim: saved.requireClaim || options["requireClaim"] === true,
    strict: saved.strict || options["strict"] === true,
  };
  // A hook that is kept in the repository runs for people too who have not asked for a guard.
  if (hook && saved.mode === undefined) return { data: { checked: 0 }, text: "", streamed: true };
  if (files.length > 0 && options["staged"] === true)
    throw new UsageError("Name files, or say --staged; not both.", "mound guard check --staged");
  try {
    return await check(context, code, settings, files as readonly string[], hook);
  } catch (error) {
    const lenient = hook && !settings.strict;
    if (!lenient || (error instanceof FaultError && error.fault.code === "guarded")) throw error;
    const why = await whyOf(error);
    const notes = [`mound: the guard could not look, so nothing was checked. ${why}`];
    return { data: { checked: 0 }, text: "", notes, streamed: true };
  }
}

async function check(
  context: Context,
  code: CodeRepository,
  settings: GuardSettings,
  files: readonly string[],
  hook: boolean,
): Promise<Report> {
  const { agent, requireClaim, strict, mode } = settings;
  const paths =
    files.length === 0
      ? (await stagedPaths(code)).map((path) => ({ path, below: false }))
      : files.map((file) => typedPath(context, code, file));
  const clone = moundFor(code, settings.mound);
  const mound = context.adopt(
    await Mound.openClone(clone, { environment: context.env.environment }),
  );
  if (requireClaim && agent === undefined) context.agent();
  // Without --strict an origin elsewhere is not asked: a commit waits for no network.
  const heard = await mound.refresh(strict ? 0 : Number.POSITIVE_INFINITY);
  if (!heard.ok && strict) throw new FaultError(heard.error);
  const found = await mound.read((view, now) => guardPaths(view, agent, now, paths));
  const { conflicts } = found;
  const unclaimed = requireClaim ? found.unclaimed : [];
  const age = await mound.age();
  const view = age === undefined ? "never heard from its origin" : `${formatAge(age)} old`;
  const data = {
    repository: code.top,
    mound: clone.workTree,
    agent: agent ?? null,
    checked: paths.length,
    conflicts: conflicts.map(conflictJson),
    unclaimed,
  };
  const old = age === undefined || age >= OLD_MS;
  const ageNote = `What is known here of the claims is ${view}: mound -C ${clone.workTree} sync`;
  if (conflicts.length + unclaimed.length === 0) {
    const text = hook
      ? ""
      : paths.length === 0
        ? "Nothing is staged, so nothing was compared with claims."
        : `${paths.length} ${paths.length === 1 ? "path is" : "paths are"} under nobody else's claim.`;
    return { data, text, notes: old ? [ageNote] : [], streamed: hook && !old };
  }
  if (mode !== "warn" || !hook)
    throw new FaultError({ code: "guarded", conflicts: data.conflicts, unclaimed, hook, view });
  const notes = [...guardLines(data.conflicts, unclaimed), ageNote];
  return { data, text: "", notes, streamed: true };
}

function typedPath(context: Context, { top }: CodeRepository, file: string): GuardedPath {
  const whole = context.path(file);
  const path = relative(top, whole);
  if (path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path))
    throw new UsageError(`${file} lies outside the repository ${top}.`);
  if (path === "") throw new UsageError("Name files or folders below the top of the repository.");
  const below = statSync(whole, { throwIfNoEntry: false })?.isFile() !== true;
  return { path: path.split(sep).join("/"), below };
}

function conflictJson({ path, glob, by }: GuardConflict) {
  const { task, title, agent, until, shared } = by;
  return { path, glob, task, title, by: agent, until: formatInstant(until), shared };
}

async function whyOf(error: unknown): Promise<string> {
  const { explain } = await import("../explain.ts");
  return error instanceof FaultError ? explain(error.fault).message : (error as Error).message;
}
