import type { Clone } from "../../git/clone.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { Context } from "../context.ts";

/** `mound watch --submit`: drafts are submitted as they appear, until the signal aborts. */
export async function submitAsTheyAppear(
  _context: Context,
  _clone: Clone,
  _agent: AgentId,
  _signal: AbortSignal,
): Promise<void> {
  throw new Error("the watching of drafts is not wired yet");
}
