import { err, ok, type Result } from "../base/result.ts";
import { stateAt } from "../app/state-at.ts";
import { findClone, writeCloneSettings, type CloneStart } from "../git/clone.ts";
import { sha256Hex } from "../git/hash.ts";
import { stateDigest } from "../protocol/state-digest.ts";
import type { CheckpointFault } from "./faults.ts";
import type { Mound } from "./mound.ts";
import { falseStart, unproven } from "./usable-clone.ts";

/**
 * Folds the history of a clone that was started from a checkpoint, from the first commit, and compares.
 * Answers what was proved; undefined: there was nothing to prove. A false start is a fault, now and at
 * every later command. `enough`: whether to break off, with nothing said.
 */
export async function proveStart(
  mound: Mound,
  enough: () => boolean = () => false,
): Promise<Result<CloneStart | undefined, CheckpointFault>> {
  const start = unproven(mound.clone);
  if (start === undefined) return ok(undefined);
  const state = await stateAt(mound.ports, start.commit, { enough });
  if (enough()) return ok(undefined);
  return settleStart(mound, start, stateDigest(state.entries(), sha256Hex));
}

/** Notes in the clone what came of it; `found`: the digest that folding gives at the commit of the start. */
async function settleStart(
  mound: Mound,
  start: CloneStart,
  found: string,
): Promise<Result<CloneStart, CheckpointFault>> {
  const { commonDir, workTree } = mound.clone;
  // Read again: the mound may have been published meanwhile.
  const clone = findClone(workTree) ?? mound.clone;
  const { start: _start, ...settings } = clone.settings;
  if (found === start.digest) {
    await writeCloneSettings(commonDir, settings);
    return ok(start);
  }
  const lied = { ...settings, start: { ...start, found } };
  await writeCloneSettings(commonDir, lied);
  return err(falseStart({ ...clone, settings: lied })!);
}
