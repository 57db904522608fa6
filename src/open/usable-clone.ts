import { err, ok, type Result } from "../base/result.ts";
import { findClone, originUrl, type Clone, type CloneStart } from "../git/clone.ts";
import type { CheckpointFault } from "./faults.ts";

/** The folder is in no mound. */
export interface NoMound {
  readonly code: "not-in-a-mound";
  readonly dir: string;
}

/** The clone at or above a folder; one that was started from a false checkpoint is of no use. */
export function usableClone(dir: string): Result<Clone, NoMound | CheckpointFault> {
  const clone = findClone(dir);
  if (clone === undefined) return err({ code: "not-in-a-mound", dir });
  const lie = falseStart(clone);
  return lie === undefined ? ok(clone) : err(lie);
}

/**
 * The checkpoint on which a clone still rests, as its settings have it now: a long-lived process may
 * have read them before it was proved.
 */
export function unproven(clone: Clone): CloneStart | undefined {
  return (findClone(clone.workTree) ?? clone).settings.start;
}

/** Whether the history of a clone has turned out to be another than the one that it was started with. */
export function falseStart(clone: Clone): CheckpointFault | undefined {
  const { start } = clone.settings;
  if (start?.found === undefined) return undefined;
  const { commit, number, digest: said, found, signers } = start;
  const by = signers.join(", ");
  return { code: "checkpoint-false", commit, number, by, said, found, url: originUrl(clone) };
}
