import { viewAgent } from "../../protocol/views/agent-view.ts";
import type { Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { join } from "../members/join.ts";

/**
 * Makes the acting agent a member that can do what the program can. A worker adds to what the agent has
 * said of itself and takes nothing away. Answers what there is to say about it.
 */
export async function enlist(
  context: Context,
  skills: readonly string[] | undefined,
): Promise<readonly string[]> {
  const agent = context.agent();
  const { mound, notes } = await freshMound(context);
  const view = await mound.read((state) => viewAgent(state, agent));
  const own = view?.capabilities?.skills ?? [];
  const all = [...new Set([...own, ...(skills ?? [])])];
  if (view?.status === "active" && all.length === own.length) return notes;
  const report = await join(context, [], all.length === own.length ? {} : { can: all });
  return [...notes, report.text, ...(report.notes ?? [])];
}
