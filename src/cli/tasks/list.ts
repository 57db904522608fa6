import { TASK_STATUSES } from "../../protocol/rules/task-status.ts";
import { allTasks, viewTask } from "../../protocol/views/task-view.ts";
import type { Context } from "../context.ts";
import { freshMound, readerAt } from "../fresh.ts";
import { limitOption, listOption } from "../options.ts";
import type { Report } from "../report.ts";
import { pointJson, taskJson, taskLine } from "../shapes.ts";
import { byUrgency } from "../urgency.ts";
import { UsageError } from "../usage.ts";

/** Lines that fit on a screen or two. */
const LIMIT = 50;

/** `mound task list`. */
export async function listTasks(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  const statuses = listOption(options["status"]) ?? [];
  const strange = statuses.find((status) => !(TASK_STATUSES as readonly string[]).includes(status));
  if (strange !== undefined)
    throw new UsageError(
      `There is no status "${strange}". There are: ${TASK_STATUSES.join(", ")}.`,
      "mound help task list",
    );
  const needs = listOption(options["needs"]) ?? [];
  const limit = limitOption(options, LIMIT);
  const mine = options["mine"] === true ? context.agent() : undefined;
  const { mound, notes } = await freshMound(context);
  const { point, read } = await readerAt(context, mound, options["at"]);
  const all = await read((view, now) => allTasks(view).map((task) => viewTask(view, task, now)));
  const found = all
    .filter((task) => statuses.length === 0 || statuses.includes(task.status))
    .filter((task) => needs.every((skill) => task.needs.includes(skill)))
    .filter((task) => mine === undefined || task.claim?.agent === mine)
    .toSorted(byUrgency);
  const shown = found.slice(0, limit);
  const more = found.length - shown.length;
  const lines = shown.map(taskLine);
  if (more > 0) lines.push(`... and ${more} more; see them with --limit ${found.length}`);
  return {
    data: {
      ...(point === undefined ? {} : { at: pointJson(point) }),
      tasks: shown.map(taskJson),
      total: found.length,
      more,
    },
    text: lines.length === 0 ? emptyText(all.length) : lines.join("\n"),
    notes,
  };
}

function emptyText(all: number): string {
  return all === 0 ? "There are no tasks yet." : `None of the ${all} tasks is like that.`;
}
