import { shellWord } from "../../base/shell-quote.ts";
import { isInDate } from "../../protocol/rules/able.ts";
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
  const { view, now } = await mound.read((state, at) => ({
    view: viewAgent(state, agent),
    now: at,
  }));
  const said = view?.capabilities;
  const own = said?.skills ?? [];
  const all = [...new Set([...own, ...(skills ?? [])])];
  const lapsed = said !== undefined && !isInDate(said, now);
  // Said anew it holds as long again; what nobody says again stays over.
  const says = all.length > own.length || (lapsed && skills !== undefined);
  const over = lapsed && !says ? [lapsedNote(agent, own)] : [];
  if (view?.status === "active" && !says) return [...notes, ...over];
  const report = await join(context, [], says ? { can: all } : {});
  return [...notes, report.text, ...(report.notes ?? []), ...over];
}

function lapsedNote(agent: string, skills: readonly string[]): string {
  return `What ${agent} said that it can do has lapsed, so it gets no task that needs it. Say it again: mound can ${skills.map(shellWord).join(" ")}`;
}
