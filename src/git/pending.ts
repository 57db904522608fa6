import type { Oid } from "../protocol/ids.ts";
import type { GitRefs } from "./refs.ts";
import { hasKeptPacks, releasePacks } from "./write-pack.ts";

/** The newest chain of this clone that was written as a pack, whether it has landed or not. */
const PENDING_REF = "refs/mound/pending";

/**
 * Names a chain that is about to be pushed, so that its pack need not be kept from `git repack` any
 * longer. Losing the swap, to another process that names its own, leaves it kept for the time being.
 */
export async function namePending(gitDir: string, refs: GitRefs, tip: Oid): Promise<void> {
  if (!hasKeptPacks(gitDir)) return;
  if (await refs.swap(PENDING_REF, tip, await refs.read(PENDING_REF))) releasePacks(gitDir);
}
