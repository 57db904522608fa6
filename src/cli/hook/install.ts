import { removeHook } from "../../git/judge-hook.ts";
import { bareRepository, installHook } from "../../open/hook.ts";
import { branchOption } from "../address.ts";
import { FaultError, type Context } from "../context.ts";
import type { Report } from "../report.ts";

/** Fewer are judged before one has read the line. */
const TELL_FROM = 2_000;

/** `mound hook install`: from now on, what is pushed to a repository is judged before it is taken. */
export async function install(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const dir = context.path(typed!);
  const branch = branchOption(options["branch"]);
  const installed = await installHook(dir, {
    ...(branch === undefined ? {} : { branch }),
    force: options["force"] === true,
    progress: (folded) => {
      if (folded >= TELL_FROM) context.env.err(`${folded} commits are judged so far.\n`);
    },
  });
  if (!installed.ok) throw new FaultError(installed.error);
  const { path, copy, commits, refused, beside } = installed.value;
  const notes = [
    ...(copy === undefined ? [] : [`The hook that was there is kept as ${copy}.`]),
    ...(refused === 0
      ? []
      : [`${refused} of the ${commits} commits that are there break the rules; see: mound status`]),
  ];
  const others = beside ? " Other branches and tags are let through." : "";
  return {
    data: { ...installed.value, copy: copy ?? null },
    text: `Every push to ${installed.value.branch} of ${dir} is judged from now on (${path}).${others}`,
    notes,
  };
}

/** `mound hook remove`: takes the judge away again. */
export async function remove(
  context: Context,
  [typed]: readonly (string | undefined)[],
): Promise<Report> {
  const dir = context.path(typed!);
  const bare = await bareRepository(dir);
  if (!bare.ok) throw new FaultError(bare.error);
  if (!(await removeHook(bare.value))) throw new FaultError({ code: "hook-missing", dir });
  return {
    data: { gitDir: bare.value },
    text: `What is pushed to ${dir} is not judged any more; readers still judge all of it.`,
    next: [`mound hook install ${dir}`],
  };
}
