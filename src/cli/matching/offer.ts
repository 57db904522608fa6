import { refuseAny } from "../../protocol/rules/eligibility.ts";
import { refuseNonMember } from "../../protocol/rules/members.ts";
import { viewTask } from "../../protocol/views/task-view.ts";
import { choose } from "../../protocol/views/match.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import type { Report } from "../report.ts";
import { taskJson, taskLine } from "../shapes.ts";

const NOTHING = { rule: "CL1", code: "nothing-to-take" } as const;

/** Options that are shown with `--explain`. */
const OPTIONS = 4;

/** `mound next` without a claim: the task that the agent would take now. */
export async function offer(context: Context, options: Record<string, unknown>): Promise<Report> {
  const agent = context.agent();
  const { mound, notes } = await freshMound(context);
  const seen = await mound.read((view, now) => {
    const choice = choose(view, agent, now);
    if (choice.kind === "task") return { task: viewTask(view, choice.task, now) };
    return { refused: refuseNonMember(view, agent) ?? refuseAny(view, agent, now) ?? NOTHING };
  });
  if ("refused" in seen) throw new FaultError(seen.refused);
  const { task: found } = seen;
  const base = { next: [`mound claim ${found.id}`], notes };
  if (options["explain"] !== true)
    return { ...base, data: { task: taskJson(found) }, text: taskLine(found) };
  const { explainChoice } = await import("../../protocol/views/match/explained.ts");
  const { explainJson, explainText } = await import("./explain-text.ts");
  const explained = await mound.read((view, now) => explainChoice(view, agent, now, OPTIONS));
  return {
    ...base,
    data: { task: taskJson(found), explain: explainJson(explained) },
    text: [taskLine(found), "", ...explainText(explained)].join("\n"),
  };
}
