import type { AgentId } from "../../protocol/ids.ts";
import type { View } from "../../protocol/state.ts";
import { mayReview, Reviewers, unreviewedTasks } from "../../protocol/views/reviews.ts";
import type { Context } from "../context.ts";
import { freshMound, readerAt } from "../fresh.ts";
import { limitOption } from "../options.ts";
import type { Report } from "../report.ts";
import { pointJson } from "../shapes.ts";
import { reviewTask } from "../tasks/change.ts";
import { UsageError } from "../usage.ts";
import { listText, waitingJson, type Waiting } from "./words.ts";

const LIMIT = 50;

/** `mound review [TASK]`. */
export async function review(
  context: Context,
  [task]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const judges = ["accept", "reject", "reason"].find((name) => options[name] !== undefined);
  const lists = ["all", "limit", "at"].find((name) => options[name] !== undefined);
  if (task === undefined && judges !== undefined)
    throw new UsageError(`--${judges} is said of a task.`, `mound review TASK --${judges}`);
  if (task !== undefined && lists !== undefined)
    throw new UsageError(`--${lists} is for lists, and ${task} is one task.`, "mound help review");
  return task === undefined ? list(context, options) : reviewTask(context, [task], options);
}

async function list(context: Context, options: Record<string, unknown>): Promise<Report> {
  const all = options["all"] === true;
  const agent = all ? context.maybeAgent() : context.agent();
  const limit = limitOption(options, LIMIT);
  const { mound, notes } = await freshMound(context);
  const { point, read } = await readerAt(context, mound, options["at"]);
  const found = await read((view, now) => look(view, now, { agent, all, limit }));
  const first = found.shown.find(({ mine }) => mine);
  return {
    data: {
      ...(point === undefined ? {} : { at: pointJson(point) }),
      tasks: found.shown.map(waitingJson),
      total: found.total,
      mine: found.mine,
    },
    text: listText({ ...found, agent, all }),
    next:
      point !== undefined || first === undefined
        ? []
        : [`mound task show ${first.work.task}`, `mound review ${first.work.task} --accept`],
    notes,
  };
}

interface Wanted {
  readonly agent: AgentId | undefined;
  readonly all: boolean;
  readonly limit: number;
}

function look(view: View, now: number, { agent, all, limit }: Wanted) {
  const waiting = unreviewedTasks(view).map((work) => ({
    work,
    mine: agent !== undefined && mayReview(view, work, agent, now),
  }));
  const wanted = all ? waiting : waiting.filter(({ mine }) => mine);
  const reviewers = new Reviewers(view, now);
  const shown = wanted.slice(0, limit).map(({ work, mine }): Waiting => {
    return { work, mine, title: view.get(`task/${work.task}`)!.title, by: reviewers.of(work) };
  });
  const mine = agent === undefined ? null : waiting.filter((one) => one.mine).length;
  return { shown, mine, total: waiting.length, wanted: wanted.length };
}
