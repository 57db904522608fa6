import type { AgentId } from "../../protocol/ids.ts";
import { resolveTask } from "../../protocol/commands/plan.ts";
import type { View } from "../../protocol/state.ts";
import { fitOf, fitsOfAgent, fitsOfTask, type Fit } from "../../protocol/views/match/fit.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { agentArgument } from "../members/cosigners.ts";
import { limitOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { fitJson, fitLine, pairText } from "./fit-text.ts";

/** A screen full. */
const LIMIT = 20;

/** `mound match`: which agents fit a task, which tasks an agent, or how the two fit each other. */
export async function match(
  context: Context,
  [reference]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = agentOption(context, options["agent"]);
  if (reference === undefined && agent === undefined)
    throw new UsageError("Say which task, or which agent with --agent.", "mound help match");
  const limit = limitOption(options, LIMIT);
  const { mound, notes } = await freshMound(context);
  const fits = await mound.read((view, now) => findFits(view, now, reference, agent));
  const may = fits.filter(({ obstacles }) => obstacles.length === 0).length;
  if (reference !== undefined && agent !== undefined) {
    const [fit] = fits;
    const next = may === 1 ? [`mound claim ${fit!.task.id} --as ${agent}`] : [];
    return { data: { fit: fitJson(fit!) }, text: pairText(fit!), next, notes };
  }
  const shown = fits.slice(0, limit);
  const more = fits.length - shown.length;
  const byTask = reference === undefined;
  const lines = shown.map((fit) => fitLine(fit, byTask));
  if (more > 0) lines.push(`... and ${more} more; see them with --limit ${fits.length}`);
  const none = byTask ? "There is no task that is not over." : "This mound has no members.";
  return {
    data: { fits: shown.map(fitJson), total: fits.length, may, more },
    text: lines.length === 0 ? none : lines.join("\n"),
    notes,
  };
}

function findFits(
  view: View,
  now: number,
  reference: string | undefined,
  agent: AgentId | undefined,
): readonly Fit[] {
  if (agent !== undefined && view.get(`agent/${agent}`) === undefined)
    throw new FaultError({ code: "agent-unknown", agent });
  if (reference === undefined) return fitsOfAgent(view, agent!, now);
  const found = resolveTask(view, reference);
  if (!found.ok) throw new FaultError(found.error);
  return agent === undefined
    ? fitsOfTask(view, found.value, now)
    : [fitOf(view, agent, found.value, now)];
}

function agentOption(context: Context, value: unknown): AgentId | undefined {
  const name = textOption(value);
  if (name === undefined) return undefined;
  return name === "me" ? context.agent() : agentArgument(name, "--agent");
}
