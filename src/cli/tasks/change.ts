import type { Accepted } from "../../app/request.ts";
import { resolveTask } from "../../protocol/commands/plan.ts";
import { taskStatus } from "../../protocol/rules/task-status.ts";
import { formatInstant } from "../../protocol/time.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { taskJson, unmatchedSentence } from "../shapes.ts";
import { UsageError } from "../usage.ts";
import { waitingText } from "../waiting-text.ts";
import type { TaskView } from "../../protocol/views/task-view.ts";
import { taskChanges } from "./options.ts";

type Args = readonly (string | undefined)[];
type Options = Record<string, unknown>;

/** `mound task add TITLE`. */
export async function addTask(context: Context, [title]: Args, options: Options): Promise<Report> {
  const { changes } = await taskChanges(context, options);
  const accepted = await act(context, { type: "add", tasks: [{ ...changes, title: title! }] });
  const review = await reviewOf(context, accepted, changes);
  const report = await changed(context, accepted, (task) => {
    const waits =
      task.auction !== undefined
        ? `It is auctioned: bids until ${formatInstant(task.auction.bidsUntil)}.`
        : task.status === "blocked"
          ? `It waits for ${waitingText(task.waiting_for, task.waiting_for_any)}.`
          : "It is open.";
    return `Added ${task.id}: ${sanitiseLine(task.title)}\n${waits}`;
  });
  if (review === undefined) return report;
  const { independentSentence } = await import("../reviews/words.ts");
  return {
    ...report,
    data: { ...(report.data as object), reviewers: review.by },
    notes: [...(report.notes ?? []), independentSentence(review.policy, review.by)],
  };
}

/** Who may review a task that is worth something; undefined where that is as ever. */
async function reviewOf(context: Context, { answer }: Accepted, { value }: { value?: number }) {
  if (value === undefined) return undefined;
  const { reviewStory } = await import("../../protocol/views/reviews.ts");
  const mound = await context.mound();
  return mound.read((view, now) => {
    const task = view.get(`task/${answer.tasks[0]!}`);
    return task === undefined ? undefined : reviewStory(view, task, now);
  });
}

/** `mound task edit TASK`. */
export async function editTask(context: Context, [task]: Args, options: Options): Promise<Report> {
  const { changes, clear } = await taskChanges(context, options);
  const title = textOption(options["title"]);
  const all = title === undefined ? changes : { ...changes, title };
  if (Object.keys(all).length + clear.length === 0 && !(await isQuarantined(context, task!))) {
    throw new UsageError("Nothing is to change: name at least one option.", "mound help task edit");
  }
  const accepted = await act(context, { type: "edit", task: task!, changes: all, clear });
  const already = accepted.answer.already === true;
  return changed(context, accepted, ({ id }) =>
    already ? `The task ${id} is so already.` : `Changed ${id}.`,
  );
}

/** What is quarantined is freed by an edit that changes nothing. */
async function isQuarantined(context: Context, reference: string): Promise<boolean> {
  const mound = await context.mound();
  return mound.read((view, now) => {
    const found = resolveTask(view, reference);
    return found.ok && taskStatus(view, found.value, now) === "quarantined";
  });
}

/** `mound task cancel TASK`. */
export async function cancelTask(
  context: Context,
  [task]: Args,
  options: Options,
): Promise<Report> {
  const reason = textOption(options["reason"]);
  const accepted = await act(context, {
    type: "cancel",
    task: task!,
    ...(reason === undefined ? {} : { reason }),
  });
  return changed(context, accepted, ({ id }) => `Cancelled ${id}; a claim on it has ended.`);
}

/** `mound task review TASK --accept|--reject`, and `mound review` with a task. */
export async function reviewTask(
  context: Context,
  [task]: Args,
  options: Options,
): Promise<Report> {
  const accept = options["accept"] === true;
  if (accept === (options["reject"] === true)) {
    throw new UsageError(
      "Say one of --accept and --reject.",
      `mound task review ${task!} --accept`,
    );
  }
  const reason = textOption(options["reason"]);
  const accepted = await act(context, {
    type: "review",
    task: task!,
    accept,
    ...(reason === undefined ? {} : { reason }),
  });
  return changed(context, accepted, ({ id, status }) =>
    accept ? `Accepted ${id}.` : `Rejected what was done for ${id}; the task is ${status} again.`,
  );
}

async function changed(
  context: Context,
  { answer, commit }: Accepted,
  words: (task: TaskView) => string,
): Promise<Report> {
  const task = await context.task(answer.tasks[0]!);
  const { unmatched } = task;
  return {
    data: { task: taskJson(task), commit: commit ?? null, already: answer.already === true },
    text: words(task),
    next: [`mound ${task.auction === undefined ? "task show" : "auction"} ${task.id}`],
    notes: unmatched === undefined ? [] : [unmatchedSentence(unmatched, task.needs)],
  };
}
