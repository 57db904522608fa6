import { relative, sep } from "node:path";
import {
  hooksFolder,
  isTracked,
  writeSettings,
  type CodeRepository,
} from "../../git/code-repository.ts";
import {
  guardHookPath,
  readGuardHook,
  removeGuardHook,
  writeGuardHook,
} from "../../git/guard-hook.ts";
import { judgeProgram } from "../../open/judge-program.ts";
import { FaultError, type Context } from "../context.ts";
import { textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { codeOf, guardSettings, moundFor, SECTION } from "./settings.ts";

/** What a hook that is kept in the repository itself is to hold; those without Mound are let through. */
const LINE = "! command -v mound >/dev/null || mound guard check --hook || exit $?";

/** `mound guard install`: from now on, every commit here is compared with the live claims of others. */
export async function installGuard(
  context: Context,
  _args: unknown,
  options: Record<string, unknown>,
): Promise<Report> {
  if (options["warn"] === true && options["block"] === true)
    throw new UsageError("Say one of --warn and --block.", "mound guard install --warn");
  const code = codeOf(context);
  const typed = textOption(options["mound"]);
  const named = typed === undefined ? undefined : context.path(typed);
  const clone = moundFor(code, named);
  const agent = context.options.as === undefined ? undefined : context.agent();
  const requireClaim = options["requireClaim"] === true;
  const mode = options["warn"] === true ? "warn" : "block";
  const settings = {
    mode,
    mound: named,
    agent,
    requireClaim: requireClaim ? "true" : undefined,
    strict: options["strict"] === true ? "true" : undefined,
  };
  const folder = await hooksFolder(code);
  const path = guardHookPath(folder);
  const kept = await isKeptInRepository(code, folder);
  const written = kept ? undefined : await writeGuardHook(folder, judgeProgram());
  if (written?.ok === false) throw new FaultError(written.error);
  await writeSettings(code, SECTION, settings);
  const copy = written?.value;
  const data = {
    repository: code.top,
    mound: clone.workTree,
    mode,
    agent: agent ?? null,
    require_claim: requireClaim,
    strict: options["strict"] === true,
    hook: path,
    installed: !kept,
    copy: copy ?? null,
  };
  if (kept) {
    const text = `The settings are saved, but ${path} is part of the repository itself, so it was left alone. Put this line into it, where the hooks of this repository are written:\n\n    ${LINE}`;
    return { data, text };
  }
  const does = mode === "warn" ? "is told" : "is refused";
  return {
    data,
    text: `A commit here that touches paths under someone else's live claim ${does} from now on (${path}).\nThe claims are those of the mound at ${clone.workTree}.`,
    notes: [
      ...(copy === undefined
        ? []
        : [`The hook that was there is kept as ${copy}, and runs first.`]),
      ...(agent === undefined
        ? ["Whose commits they are, MOUND_AGENT says; without it every claim is someone else's."]
        : []),
    ],
    next: ["mound guard check"],
  };
}

/** `mound guard remove`: takes the hook and its settings away again. */
export async function removeGuard(context: Context): Promise<Report> {
  const code = codeOf(context);
  const folder = await hooksFolder(code);
  const { mode } = await guardSettings(code);
  const removed = await removeGuardHook(folder);
  if (!removed && mode === undefined)
    throw new FaultError({ code: "guard-missing", dir: code.top });
  await writeSettings(code, SECTION, {});
  return {
    data: { repository: code.top, hook: guardHookPath(folder), removed },
    text: `Commits in ${code.top} are compared with no claims any more.`,
    next: ["mound guard install"],
  };
}

/** Hooks that are committed, or made by a tool out of such: what is written there would go to everybody, or be lost. */
async function isKeptInRepository(code: CodeRepository, folder: string): Promise<boolean> {
  const below = relative(code.top, folder).split(sep);
  if (below[0] === "..") return false;
  if (below.join("/") === ".husky/_") return true;
  return readGuardHook(folder) === "other" && (await isTracked(code, guardHookPath(folder)));
}
