import { join } from "node:path";
import { moundFolder } from "../../git/clone.ts";
import { FileJournal } from "../../git/journal.ts";
import { formatAge } from "../fresh.ts";
import { type ClonePatient, fine, type Found } from "./finding.ts";

/** Operations whose process died before it could say what became of them. */
export async function journal({ clone }: ClonePatient): Promise<Found> {
  const left = await new FileJournal(join(moundFolder(clone.commonDir), "journal")).leftovers();
  if (left.length === 0) return fine("No operation was interrupted");
  return left.map(({ agent, summary, at }) => ({
    level: "note",
    message: `A command of ${agent} (${summary}) was interrupted ${formatAge(Math.max(0, Date.now() - at))} ago; whether it landed is found out by a sync.`,
    fix: "mound sync",
  }));
}
