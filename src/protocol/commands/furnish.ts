import { err, ok } from "../../base/result.ts";
import { fault } from "../fault.ts";
import type { Oid } from "../ids.ts";
import { isRoot } from "../rules/members.ts";
import type { PlanContext, Planned } from "./plan.ts";

export interface FurnishCommand {
  readonly type: "furnish";
  /** For people: the first line of the commit message. */
  readonly subject: string;
  /** What the mound is to hold for people and hosts; `oid` is the name that git gives the text. */
  readonly files: readonly { readonly path: string; readonly oid: Oid; readonly text: string }[];
}

/**
 * Lays down files that carry no signature of their own, by a root. What is there already is left out,
 * so that a commit which landed unnoticed is not made again: it has no record, and so no nonce to find.
 */
export function planFurnish({ subject, files }: FurnishCommand, context: PlanContext): Planned {
  const { view, agent } = context;
  const changed = files.filter(({ path, oid }) => view.get(`file/${path}`)?.oid !== oid);
  const [first] = changed;
  if (first === undefined)
    return ok({ drafts: [], subject, tasks: [], answer: { tasks: [], already: true } });
  if (!isRoot(view, agent))
    return err(fault("PA4", { code: "furniture", path: first.path, agent }));
  return ok({
    drafts: changed.map(({ path, text }) => ({ write: "file", path, text })),
    subject,
    tasks: [],
    answer: { tasks: [] },
  });
}
