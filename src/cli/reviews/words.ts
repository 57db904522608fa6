import { formatShare } from "../../protocol/share.ts";
import { formatInstant } from "../../protocol/time.ts";
import type {
  ReviewPolicy,
  ReviewStory,
  ReviewSummary,
  Unreviewed,
} from "../../protocol/views/reviews.ts";
import { sanitiseLine } from "../sanitise.ts";

/** A task whose review somebody waits for. */
export interface Waiting {
  readonly work: Unreviewed;
  readonly title: string;
  /** Whether the agent that asks may review it. */
  readonly mine: boolean;
  /** Who may. */
  readonly by: readonly string[];
}

export function waitingJson({ work, title, mine, by }: Waiting) {
  return {
    id: work.task,
    title,
    creator: work.creator,
    reviewer: work.reviewer ?? null,
    worker: work.worker,
    token: work.token,
    since: formatInstant(work.since),
    independent: work.independent,
    mine,
    reviewers: by,
  };
}

interface Listed {
  readonly shown: readonly Waiting[];
  /** How many wait for the agent, and for anybody. */
  readonly mine: number | null;
  readonly total: number;
  /** How many are listed, or would be. */
  readonly wanted: number;
  readonly agent: string | undefined;
  readonly all: boolean;
}

/** The list of `mound review`. */
export function listText({ shown, mine, total, wanted, agent, all }: Listed): string {
  if (wanted === 0) {
    const who = all ? "Nothing waits for a review." : `Nothing waits for a review by ${agent!}.`;
    return total === 0 || all
      ? who
      : `${who} ${tasks(total)} for somebody else. See them with: mound review --all`;
  }
  const lines = shown.map((one) => (all ? `${line(one)}\n    ${whose(one, agent)}` : line(one)));
  const more = wanted - shown.length;
  if (more > 0) lines.push(`... and ${more} more; see them with --limit ${wanted}`);
  if (!all && total > wanted)
    lines.push(
      "",
      `${tasks(total - (mine ?? 0))} for somebody else. See them with: mound review --all`,
    );
  return lines.join("\n");
}

function tasks(count: number): string {
  return count === 1 ? "1 task waits" : `${count} tasks wait`;
}

function line({ work, title }: Waiting): string {
  const since = formatInstant(work.since);
  return `${work.task}  done by ${work.worker} at ${since} for ${work.creator}  ${sanitiseLine(title)}`;
}

function whose({ by, work, mine }: Waiting, agent: string | undefined): string {
  const kind = work.independent ? "an independent review" : "a review";
  const me = mine && agent !== undefined ? "; you may" : "";
  return `waits for ${kind} by ${by.length === 0 ? "nobody that there is" : names(by)}${me}`;
}

/** What `mound status` says of reviews. */
export function reviewLines({
  reviews: { waiting, mine, stuck },
  mound,
  agent,
}: {
  readonly reviews: ReviewSummary;
  readonly mound: ReviewPolicy;
  readonly agent: string | undefined;
}): readonly string[] {
  const lines: string[] = [];
  if (waiting > 0) {
    const some = mine === undefined ? "" : `, ${mine.length} of them for ${agent!}`;
    const all = mine === undefined || mine.length < waiting ? " --all" : "";
    lines.push(`Reviews: ${tasks(waiting)} for a review${some}. See them with: mound review${all}`);
  }
  if (stuck.length > 0)
    lines.push(`Without a reviewer: ${names(stuck)}. ${independentSentence(mound, [])}`);
  return lines;
}

/** Names that fit on a line. */
const NAMES_SHOWN = 5;

function names(all: readonly string[]): string {
  const shown = all.slice(0, NAMES_SHOWN);
  const more = all.length - shown.length;
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
}

/** Who may review a task, where it waits for that or will. */
export function reviewSentence({ waiting, independent, by, policy }: ReviewStory): string {
  const wait = waiting ? "It is done, and waits for a review. " : "";
  if (independent) return `${wait}${independentSentence(policy, by)}`;
  return by.length > 0
    ? `${wait}It is for ${names(by)}.`
    : `${wait}Nobody may: who made it did it, or has left.`;
}

/** Who may review what is worth `review_value` or more; what to do where nobody may. */
export function independentSentence(
  { reviewValue, reviewTrust }: ReviewPolicy,
  by: readonly string[],
): string {
  const why = `What is worth ${reviewValue} or more is accepted by a root, or by a member with a trust of ${formatShare(reviewTrust)}, who has no part in it`;
  return by.length > 0
    ? `${why}: ${names(by)}.`
    : `${why}, and there is none. Vouch for one (mound vouch AGENT --reason TEXT), or make a member a root (mound root add AGENT).`;
}
