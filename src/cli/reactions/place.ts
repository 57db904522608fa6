import { homedir } from "node:os";
import { join } from "node:path";
import { reactionsPath } from "../../daemon/reactions/load.ts";
import { moundFolder, type Clone } from "../../git/clone.ts";
import type { Context } from "../context.ts";

/** The reactions file that was named, or else the user's own. */
export function reactionsFile(context: Context, typed: string | undefined): string {
  if (typed !== undefined) return context.path(typed);
  return reactionsPath(context.env.environment, homedir(), process.platform);
}

/** Where the deliveries of a clone are kept. */
export function deliveriesFolder(clone: Clone): string {
  return join(moundFolder(clone.commonDir), "reactions");
}
