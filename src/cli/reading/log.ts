import { readLog, type LogEntry } from "../../git/log.ts";
import { resolveTask } from "../../protocol/commands/plan.ts";
import { taskFolder } from "../../protocol/paths.ts";
import type { RefusalState } from "../../protocol/refusal-state.ts";
import type { TaskState } from "../../protocol/state.ts";
import { formatInstant } from "../../protocol/time.ts";
import { FaultError, type Context } from "../context.ts";
import { freshMound } from "../fresh.ts";
import { numberOption } from "../options.ts";
import type { Report } from "../report.ts";
import { sanitiseLine } from "../sanitise.ts";
import { refusalSentence } from "./refusals.ts";

const LIMIT = 20;
/** The whole story of a task, unless it is a very long one. */
const TASK_LIMIT = 200;
const LIMIT_MAX = 100_000;

interface Told extends LogEntry {
  /** Why the commit was refused; undefined: it was accepted. */
  readonly refused: string | undefined;
  /** What its author wrote with it: a result, a reason. */
  readonly texts: readonly string[];
}

/** `mound log [-n N] [TASK]`: the history in words, the newest first; of a task, from its beginning. */
export async function log(
  context: Context,
  [reference]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const asked = numberOption(options["number"], "-n", 1, LIMIT_MAX);
  const { mound, notes } = await freshMound(context);
  const tip = mound.line.tip;
  if (tip === undefined)
    throw new FaultError({
      code: "line-missing",
      url: mound.ports.remote.url,
      branch: mound.clone.settings.branch,
    });
  const task =
    reference === undefined ? undefined : await mound.read((view) => resolveTask(view, reference));
  if (task?.ok === false) throw new FaultError(task.error);
  const about = task?.value;
  const limit = asked ?? (about === undefined ? LIMIT : TASK_LIMIT);
  const where = about === undefined ? {} : { path: taskFolder(about.id) };
  const entries = await readLog(mound.clone.commonDir, tip, { limit: limit + 1, ...where });
  const refusals = new Map(
    (await mound.read((view) => view.get("refusals") ?? [])).map((refusal) => [
      refusal.commit,
      refusal,
    ]),
  );
  const newest: Told[] = [];
  for (const entry of entries.slice(0, limit))
    newest.push(await tell(entry, refusals.get(entry.commit), about));
  const told = about === undefined ? newest : newest.toReversed();
  const more = entries.length > limit;
  const lines = told.flatMap(lineOf);
  if (more) lines.push(`... and more; see them with -n ${limit * 5}`);
  return {
    data: { ...(about === undefined ? {} : { task: about.id }), commits: told.map(toJson), more },
    text: [
      ...(about === undefined ? [] : [`${about.id}  ${sanitiseLine(about.title)}`]),
      ...lines,
    ].join("\n"),
    notes,
  };
}

async function tell(
  entry: LogEntry,
  refusal: RefusalState | undefined,
  task: TaskState | undefined,
): Promise<Told> {
  if (refusal !== undefined)
    return { ...entry, refused: await refusalSentence(refusal), texts: [] };
  return { ...entry, refused: undefined, texts: task === undefined ? [] : textsAt(task, entry) };
}

/** What the state keeps of the records that this commit brought. */
function textsAt(
  { id, attempts, progress, cancelled }: TaskState,
  { files }: LogEntry,
): readonly string[] {
  const brought = (path: string): boolean => files.includes(`${taskFolder(id)}/${path}`);
  const texts: (string | undefined)[] = [];
  for (const { token, text, refs, review } of attempts) {
    if (brought(`attempts/${token}.yaml`)) texts.push(text, ...refs);
    if (brought(`reviews/${token}.yaml`)) texts.push(review?.reason);
  }
  if (progress !== undefined && brought(`progress/${progress.token}-${progress.count}.yaml`))
    texts.push(progress.note);
  if (brought("cancel.yaml")) texts.push(cancelled?.reason);
  return texts.filter((text) => text !== undefined);
}

function lineOf({ commit, time, author, subject, refused, texts }: Told): readonly string[] {
  const line = `${formatInstant(time).slice(0, 19)}Z  ${commit.slice(0, 9)}  ${sanitiseLine(author) || "nobody"}: ${sanitiseLine(subject)}`;
  if (refused !== undefined) return [line, `    REFUSED: ${sanitiseLine(refused)}`];
  return [
    line,
    ...texts.flatMap((text) =>
      text
        .trimEnd()
        .split("\n")
        .map((part) => `    ${part}`),
    ),
  ];
}

function toJson({ commit, time, author, subject, refused, texts }: Told) {
  return {
    commit,
    time: formatInstant(time),
    author,
    subject,
    accepted: refused === undefined,
    refused: refused ?? null,
    texts,
  };
}
