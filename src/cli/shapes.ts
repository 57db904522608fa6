import type { ReplayPoint } from "../app/replay.ts";
import type { TaskView } from "../protocol/views/task-view.ts";
import { WHOLE_SHARE } from "../protocol/share.ts";
import { formatInstant } from "../protocol/time.ts";
import { plural } from "./plural.ts";
import { sanitiseLine } from "./sanitise.ts";
import { waitingText } from "./waiting-text.ts";

/** A task in JSON: times are RFC 3339, absent things are null. */
export function taskJson(task: TaskView) {
  const { claim, result, progress } = task;
  return {
    id: task.id,
    title: task.title,
    status: task.status,
    priority: task.priority,
    creator: task.creator,
    created: formatInstant(task.created),
    needs: task.needs,
    // Absent where nobody has looked.
    ...(task.unmatched === undefined ? {} : { unmatched: task.unmatched }),
    after: task.after,
    after_any: task.after_any,
    waiting_for: task.waiting_for,
    waiting_for_any: task.waiting_for_any,
    paths: task.paths,
    shared: task.shared,
    trust: task.trust === 0 ? null : task.trust / WHOLE_SHARE,
    value: task.value === 0 ? null : task.value,
    lapses: task.lapses,
    stake: task.stake === 0 ? null : task.stake,
    token: task.token,
    ...(task.auction === undefined
      ? {}
      : {
          auction: {
            bids: task.auction.bids,
            bids_until: formatInstant(task.auction.bidsUntil),
            reveals_until: formatInstant(task.auction.revealsUntil),
          },
        }),
    claim:
      claim === undefined
        ? null
        : {
            agent: claim.agent,
            token: claim.token,
            since: formatInstant(claim.since),
            until: formatInstant(claim.until),
          },
    progress:
      progress === undefined
        ? null
        : {
            at: formatInstant(progress.at),
            percent: progress.percent ?? null,
            note: progress.note ?? null,
            checkpoint: progress.checkpoint ?? null,
          },
    result:
      result === undefined
        ? null
        : {
            agent: result.agent,
            token: result.token,
            at: formatInstant(result.at),
            text: result.text ?? null,
            refs: result.refs,
          },
  };
}

/** A place on the line in JSON: which state an answer is of. */
export function pointJson({ commit, number, time }: Omit<ReplayPoint, "state">) {
  return { commit, number, time: formatInstant(time) };
}

/** That nobody can take a task; `nobodys`: what it needs and no member declares, even by itself. */
export function unmatchedSentence(nobodys: readonly string[], needs: readonly string[]): string {
  return nobodys.length > 0
    ? `No member says that it can do ${nobodys.join(", ")}, so nobody can take it for now.`
    : `No one member says that it can do all of ${needs.join(", ")}, so nobody can take it for now.`;
}

/** A task on one line: `k3f9qz7-fix-login  claimed by ant-3 until ...  Fix the login`. */
export function taskLine(task: TaskView): string {
  const state =
    task.status === "quarantined"
      ? `quarantined after ${plural(task.lapses, "lapse")}, for ${task.creator} to look at`
      : task.claim !== undefined
        ? `${task.status} by ${task.claim.agent} until ${formatInstant(task.claim.until)} (token ${task.claim.token})`
        : task.status === "blocked"
          ? `blocked by ${waitingText(task.waiting_for, task.waiting_for_any)}`
          : task.status;
  const stake = task.stake > 0 && task.status === "open" ? `, stake ${task.stake}` : "";
  const auctioned = task.auction !== undefined && task.status === "open" ? ", auctioned" : "";
  return `${task.id}  ${state}${auctioned}${stake}  ${sanitiseLine(task.title)}`;
}

/** Any edit by its creator frees a quarantined task, even one that changes nothing. */
export function freeing({ id, creator }: TaskView, agent: string | undefined): string {
  return `mound task edit ${id}${agent === creator ? "" : ` --as ${creator}`}`;
}
