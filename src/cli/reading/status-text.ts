import type { TaskStatus } from "../../protocol/rules/task-status.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { TaskView } from "../../protocol/views/task-view.ts";
import { startSentence } from "../checkpoints/start-text.ts";
import { formatAge } from "../fresh.ts";
import { sanitiseLine } from "../sanitise.ts";
import { taskLine } from "../shapes.ts";
import { reviewLines } from "../reviews/words.ts";
import { SIGNALS_SHOWN, signalLine } from "../signals/shown.ts";
import type { Status } from "./status.ts";

/** Tasks of one status that are listed; the counts tell of the rest. */
const SHOWN: Partial<Record<TaskStatus, number>> = {
  claimed: 20,
  lapsed: 10,
  quarantined: 5,
  open: 5,
  blocked: 5,
  failed: 5,
};
const REFUSALS_SHOWN = 5;
const STRANDED_SHOWN = 5;
const UNMATCHED_SHOWN = 5;
const LOCKS_SHOWN = 5;

/** The state of a mound on about a screen. */
export function statusText(found: Status): string {
  const { tasks, holding, agent, stranded } = found;
  // What is listed in a block of its own is not listed twice.
  const elsewhere = new Set([...(holding ?? []), ...stranded.map(({ task }) => task)]);
  const blocks = [headLines(found)];
  if (holding !== undefined) {
    blocks.push(
      holding.length === 0
        ? [`${agent!} holds nothing.`]
        : [`${agent!} holds:`, ...holding.map(indented)],
    );
  }
  for (const [status, limit] of Object.entries(SHOWN)) {
    const these = tasks.filter((task) => task.status === status && !elsewhere.has(task));
    if (these.length === 0) continue;
    const more =
      these.length > limit
        ? [`  ... and ${these.length - limit} more: mound task list --status ${status}`]
        : [];
    blocks.push([
      `${TITLES[status as TaskStatus] ?? status}:`,
      ...these.slice(0, limit).map(indented),
      ...more,
    ]);
  }
  blocks.push(strandedLines(found), unmatchedLines(tasks), reviewLines(found), signalLines(found));
  blocks.push(lockLines(found), refusalLines(found), deferredLines(found));
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

const TITLES: Partial<Record<TaskStatus, string>> = {
  claimed: "Claimed",
  lapsed: "Lapsed, and free to be taken over",
  quarantined: "Quarantined, for their creators to look at",
  open: "Open, the most urgent first",
  blocked: "Blocked",
  failed: "Failed",
};

function headLines({
  mound,
  line,
  counts,
  tasks,
  origin,
  age,
  at,
  start,
}: Status): readonly string[] {
  const place = origin.embedded ? "embedded in this clone" : sanitiseLine(origin.url);
  const heard =
    at !== undefined
      ? `This is how it was at ${formatInstant(at)}.`
      : age === undefined
        ? "The origin was never heard from."
        : `The origin was heard ${formatAge(age)} ago.`;
  const rests =
    start === undefined ? [] : [`${startSentence(start)} Verify it: mound sync --verify`];
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  const parts = some.map(([status, count]) => `${count} ${status}`);
  return [
    `Mound ${sanitiseLine(mound.name)} (${mound.id.slice(0, 16)}), branch ${sanitiseLine(origin.branch)}; its origin is ${place}.`,
    `${line.commits} commits up to ${line.tip.slice(0, 12)} of ${formatInstant(line.time)}. ${heard}`,
    ...rests,
    tasks.length === 0
      ? "There are no tasks yet."
      : `${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}: ${parts.join(", ")}.`,
  ];
}

function strandedLines({ stranded }: Status): readonly string[] {
  if (stranded.length === 0) return [];
  const more = stranded.length - STRANDED_SHOWN;
  return [
    "Stranded, for what they wait for will never be done; task show says what to do:",
    ...stranded.slice(0, STRANDED_SHOWN).map(({ task, by }) => {
      return `  ${task.id}  by ${by.join(", ")}  ${sanitiseLine(task.title)}`;
    }),
    ...(more > 0 ? [`  ... and ${more} more: mound status --json`] : []),
  ];
}

function unmatchedLines(tasks: readonly TaskView[]): readonly string[] {
  const these = tasks.filter(({ unmatched }) => unmatched !== undefined);
  if (these.length === 0) return [];
  const lines = these.slice(0, UNMATCHED_SHOWN).map(({ id, title, needs, unmatched }) => {
    const missing = unmatched!.length > 0 ? unmatched! : needs;
    return `  ${id}  needs ${missing.join(", ")}  ${sanitiseLine(title)}`;
  });
  const more =
    these.length > lines.length ? [`  ... and ${these.length - lines.length} more.`] : [];
  return [`Unmatched, as no member says that it can (${these.length}):`, ...lines, ...more];
}

function signalLines({ signals }: Status): readonly string[] {
  if (signals.length === 0) return [];
  const shown = signals.slice(0, SIGNALS_SHOWN).map((signal) => `  ${signalLine(signal)}`);
  const more =
    signals.length > shown.length
      ? [`  ... and ${signals.length - shown.length} more: mound signals`]
      : [];
  return ["Signals, the strongest first:", ...shown, ...more];
}

/** One line, however many there are: `mound locks` has them all. */
function lockLines({ locks }: Status): readonly string[] {
  if (locks.length === 0) return [];
  const shown = locks.slice(0, LOCKS_SHOWN).map(({ name, status, claim }) => {
    const lapsed = status === "lapsed" ? ", lapsed" : "";
    return `${sanitiseLine(name)} by ${claim!.agent}${lapsed}`;
  });
  const more = locks.length - shown.length;
  return [
    `Locks: ${shown.join("; ")}${more > 0 ? ` and ${more} more` : ""}. See them with: mound locks`,
  ];
}

function refusalLines({ refusals, line }: Status): readonly string[] {
  if (refusals.length === 0) return [];
  const shown = refusals.slice(0, REFUSALS_SHOWN).map(({ commit, author, time, message }) => {
    return `  ${commit.slice(0, 12)} by ${sanitiseLine(author) || "nobody"} at ${formatInstant(time)}: ${sanitiseLine(message)}`;
  });
  const title =
    line.refused === 1
      ? "1 commit was refused; the last good values stand:"
      : `${line.refused} commits were refused; the last good values stand:`;
  const more =
    line.refused > shown.length ? [`  ... and ${line.refused - shown.length} older.`] : [];
  return [title, ...shown, ...more];
}

function deferredLines({ deferred }: Status): readonly string[] {
  if (deferred === undefined) return [];
  return [
    `The commit ${deferred.commit.slice(0, 12)} is dated ${formatInstant(deferred.time)}, ahead of this clock: it and what follows it wait.`,
  ];
}

function indented(task: TaskView): string {
  return `  ${taskLine(task)}`;
}
