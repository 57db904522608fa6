import { formatInstant } from "../../protocol/time.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { durationOption, textOption } from "../options.ts";
import type { Report } from "../report.ts";

/** `mound decline TASK`. */
export async function declineTask(
  context: Context,
  [task = ""]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const agent = context.agent();
  const reason = textOption(options["reason"]);
  const length = durationOption(options["for"], "--for");
  const accepted = await act(context, {
    type: "decline",
    task,
    ...(reason === undefined ? {} : { reason }),
    ...(length === undefined ? {} : { length }),
  });
  const id = accepted.answer.tasks[0]!;
  const mound = await context.mound();
  const until = await mound.read((view) => view.get(`declined/${agent}`)?.[id]);
  const end = until === undefined ? null : formatInstant(until);
  return {
    data: {
      decline: { task: id, agent, until: end, reason: reason ?? null },
      commit: accepted.commit ?? null,
    },
    text: `${id} is not offered to ${agent} until ${end}.`,
    next: ["mound next --claim"],
  };
}
