import { loadReactions } from "../../daemon/reactions/load.ts";
import { findClone } from "../../git/clone.ts";
import { FaultError, type Context } from "../context.ts";
import type { Report } from "../report.ts";
import { reactionsFile } from "./place.ts";
import { reactionJson, reactionLine } from "./shape.ts";

/** `mound reactions check [FILE]`: whether a file is in order; it need not be in a mound. */
export async function checkReactions(
  context: Context,
  [typed]: readonly (string | undefined)[],
): Promise<Report> {
  const file = reactionsFile(context, typed);
  const loaded = loadReactions(file, findClone(context.dir)?.workTree);
  if (!loaded.ok) throw new FaultError(loaded.error);
  const reactions = loaded.value;
  const lines = reactions.map(reactionLine);
  return {
    data: { file, reactions: reactions.map(reactionJson) },
    text: [`${file} is in order; reactions: ${reactions.length}`, ...lines].join("\n"),
  };
}
