import { ok } from "../../base/result.ts";
import { isOid } from "../ids.ts";
import { PATH_DEPTH, RESTORE_PATHS, UNDOES_NAMED } from "../limits.ts";
import type { View } from "../state.ts";
import type { Draft, Leftover, PlanContext, Planned } from "./plan.ts";

/** Puts the bytes that the state holds good back to where refused commits have left the tree. */
export interface RepairCommand {
  readonly type: "repair";
}

/** One commit of at most `RESTORE_PATHS` paths; what is left over then takes a further command. */
export function planRepair(_command: RepairCommand, context: PlanContext): Planned {
  const found = context.leftovers ?? astrayPaths(context.view);
  const chosen = found.slice(0, RESTORE_PATHS);
  if (chosen.every(({ unseen }) => unseen)) {
    const answer = { tasks: [], already: true };
    return ok({ drafts: [], subject: "", tasks: [], answer });
  }
  const undone = [...new Set(chosen.flatMap(({ by }) => by ?? []))];
  const whole = chosen.every(({ by, unseen }) => by !== undefined || unseen);
  return ok({
    drafts: draftsFor(chosen),
    subject: `repair ${count(chosen.length, "path")} left by ${whole ? count(undone.length, "refused commit") : "refused commits"}`,
    tasks: [],
    undoes: undone.slice(0, UNDOES_NAMED),
    answer: { tasks: [] },
  });
}

/** What the state itself knows of the tree: all that is astray in it, but for names that are not legal. */
function astrayPaths(view: View): readonly Leftover[] {
  return view.keys("astray/").map((key) => {
    const path = key.slice("astray/".length);
    return { path, good: view.get(`file/${path}`)?.oid, by: undefined, unseen: false };
  });
}

function draftsFor(chosen: readonly Leftover[]): readonly Draft[] {
  const written = new Set(chosen.flatMap(({ path, good }) => (good === undefined ? [] : path)));
  return chosen.flatMap(({ path, good }): Draft[] => {
    if (good !== undefined) return [{ write: "restore", path, oid: good }];
    // A file that comes back takes the place of the whole folder that stands in its way.
    return liesBelow(path, written) ? [] : [{ write: "removal", path }];
  });
}

function liesBelow(path: string, files: ReadonlySet<string>): boolean {
  let slash = path.indexOf("/");
  for (let depth = 1; slash >= 0 && depth <= PATH_DEPTH; depth += 1) {
    if (files.has(path.slice(0, slash))) return true;
    slash = path.indexOf("/", slash + 1);
  }
  return false;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** The refused commits that the message of a repair says to be undone by it; its author's word. */
export function undoneBy(
  found: readonly { readonly key: string; readonly value: string }[],
): readonly string[] {
  return found
    .flatMap(({ key, value }) => (key.toLowerCase() === "undoes" ? [value] : []))
    .filter(isOid)
    .slice(0, UNDOES_NAMED);
}
