import { relative } from "node:path";
import type { Mound } from "../../open/mound.ts";
import type { Context } from "../context.ts";

export interface Description {
  /** For programs. */
  readonly data: {
    readonly mound: {
      readonly id: string;
      readonly name: string;
      readonly membership: string;
      readonly roots: readonly string[];
    };
    readonly folder: string;
    readonly origin: string;
    readonly branch: string;
  };
  /** For people: name, short id, folder and roots, as the end of a sentence. */
  readonly summary: string;
  /** How to get there from here. */
  readonly enter: readonly string[];
}

/** Characters of a mound's id that people see. */
export const ID_SHOWN = 16;

/** What a mound is and where, for the commands that have just made a clone of it. */
export async function describeMound(context: Context, mound: Mound): Promise<Description> {
  const { id, name, membership, roots } = await mound.read((view) => view.get("mound")!);
  const { workTree, settings } = mound.clone;
  const names = roots.map((root) => root.agent);
  const from = relative(context.dir, workTree);
  const who = names.length === 1 ? `its root is ${names[0]!}` : `its roots are ${names.join(", ")}`;
  return {
    data: {
      mound: { id, name, membership, roots: names },
      folder: workTree,
      origin: settings.origin,
      branch: settings.branch,
    },
    summary: `${name} (${id.slice(0, ID_SHOWN)}) in ${workTree}; ${who}.`,
    enter: from === "" ? [] : [`cd ${from.startsWith("..") ? workTree : from}`],
  };
}
