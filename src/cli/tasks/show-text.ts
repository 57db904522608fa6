import type { AttemptState, TaskState } from "../../protocol/state.ts";
import { formatShare } from "../../protocol/share.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import type { TaskView } from "../../protocol/views/task-view.ts";
import { plural } from "../plural.ts";
import { sanitiseLine } from "../sanitise.ts";
import { taskLine, unmatchedSentence } from "../shapes.ts";
import { reviewSentence } from "../reviews/words.ts";
import { depositText } from "../signals/shown.ts";
import type { TaskStory } from "./show.ts";

/**
 * A task for people. What others wrote stands indented, so that none of it can pass for a line of
 * Mound's own.
 */
export function showText(story: TaskStory): string {
  const { view, state, after, afterAny, signals, folder } = story;
  const { progress } = view;
  const blocks = [
    [
      taskLine(view),
      factsLine(state),
      ...optionalFacts(state),
      ...strandedLines(story),
      ...unmatchedLine(view),
      ...reviewLine(story),
    ],
    state.body === undefined ? [] : indent(state.body),
    after.length === 0 ? [] : ["After:", ...after.flatMap(afterLines)],
    afterAny.length === 0 ? [] : ["After one of:", ...afterAny.flatMap(afterLines)],
    parentLines(story),
    state.attempts.length === 0 ? [] : ["Attempts:", ...state.attempts.flatMap(attemptLines)],
    progress === undefined
      ? []
      : [
          progressLine(progress),
          ...(progress.checkpoint === undefined
            ? []
            : ["Checkpoint:", ...indent(progress.checkpoint)]),
        ],
    cancelLines(state),
    signals.length === 0 ? [] : ["Signals:", ...signals.map((one) => `  ${depositText(one)}`)],
    [`Files: ${folder}/`],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function factsLine({ creator, created, priority, attemptsMax }: TaskState): string {
  return `Made by ${creator} at ${formatInstant(created)}; priority ${priority}; ${attemptsMax} agents may try.`;
}

function optionalFacts({
  needs,
  paths,
  shared,
  deadline,
  lease,
  review,
  reviewer,
  trust,
  value,
  stake,
  auction,
}: TaskState): readonly string[] {
  const facts: (string | undefined)[] = [
    needs.length === 0 ? undefined : `Needs: ${needs.join(", ")}`,
    paths.length === 0
      ? undefined
      : `Paths: ${paths.join(", ")}${shared ? " (shared with tasks that say so too)" : ""}`,
    deadline === undefined ? undefined : `Deadline: ${formatInstant(deadline)}`,
    auction === undefined
      ? undefined
      : `Auction: ${auction.bids} bids until ${formatInstant(auction.bidsUntil)}, reveals until ${formatInstant(auction.revealsUntil)}`,
    lease === undefined ? undefined : `Lease: ${formatDuration(lease)}`,
    trust === 0 ? undefined : `Trust: ${formatShare(trust)} at least, of who takes it`,
    value === 0 ? undefined : `Value: ${value}`,
    review
      ? `Review: required${reviewer === undefined ? "" : `, by ${reviewer}`}`
      : reviewer === undefined
        ? undefined
        : `Reviewer: ${reviewer}`,
    stake === 0 ? undefined : `Stake: a claim locks ${plural(stake, "credit")}`,
  ];
  return facts.filter((fact) => fact !== undefined);
}

function strandedLines({ stranded }: TaskStory): readonly string[] {
  if (stranded === undefined) return [];
  return [
    `Stranded: it waits for ${stranded.by.join(", ")}, which will never be done. Who made it can leave that out.`,
  ];
}

function reviewLine({ review }: TaskStory): readonly string[] {
  return review === undefined ? [] : [reviewSentence(review)];
}

function parentLines({ parent }: TaskStory): readonly string[] {
  return parent === undefined ? [] : ["Part of:", ...afterLines(parent)];
}

function unmatchedLine({ unmatched, needs }: TaskView): readonly string[] {
  return unmatched === undefined ? [] : [`Unmatched: ${unmatchedSentence(unmatched, needs)}`];
}

function afterLines(task: TaskView): readonly string[] {
  const { result } = task;
  return [
    `  ${taskLine(task)}`,
    ...(result?.text === undefined ? [] : indent(result.text, "      ")),
    ...(result?.refs ?? []).map((ref) => `      ref: ${sanitiseLine(ref)}`),
  ];
}

function attemptLines({
  token,
  agent,
  outcome,
  since,
  at,
  text,
  refs,
  review,
}: AttemptState): readonly string[] {
  const lines = [
    `  token ${token}: ${outcome} by ${agent}, from ${formatInstant(since)} to ${formatInstant(at)}`,
  ];
  if (text !== undefined) lines.push(...indent(text, "      "));
  for (const ref of refs) lines.push(`      ref: ${sanitiseLine(ref)}`);
  if (review === undefined) return lines;
  lines.push(
    `    ${review.accepted ? "accepted" : "rejected"} by ${review.by} at ${formatInstant(review.at)}`,
  );
  if (review.reason !== undefined) lines.push(...indent(review.reason, "      "));
  return lines;
}

function progressLine({ token, at, percent, note }: NonNullable<TaskView["progress"]>): string {
  const facts = [
    percent === undefined ? [] : `${percent} %`,
    note === undefined ? [] : sanitiseLine(note),
  ].flat();
  return `Progress of token ${token} at ${formatInstant(at)}: ${facts.length === 0 ? "under way" : facts.join(", ")}`;
}

function cancelLines({ cancelled }: TaskState): readonly string[] {
  if (cancelled === undefined) return [];
  const { by, at, reason } = cancelled;
  return [
    `Cancelled by ${by} at ${formatInstant(at)}.`,
    ...(reason === undefined ? [] : indent(reason)),
  ];
}

function indent(text: string, by = "    "): readonly string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${by}${line}`);
}
