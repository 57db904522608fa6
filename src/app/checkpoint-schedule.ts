import { checkpointFile } from "../protocol/paths.ts";
import type { AgentId, Oid } from "../protocol/ids.ts";
import { isRoot } from "../protocol/rules/members.ts";
import type { View } from "../protocol/state.ts";
import { CHECKPOINT_PROMISE_MS } from "../protocol/views/staleness.ts";

/** A fresh clone judges so many commits in a second or two, and a checkpoint each is one in a thousand. */
export const CHECKPOINT_EVERY = 1_000;
/** On a slow line an hour is soon enough, for clones and for who asks whether the origin is frozen. */
const CHECKPOINT_AGE_MS = 60 * 60_000;

/** What an agent should sign now: the newest commit, or what another has signed. */
export type CheckpointDuty = "newest" | { readonly commit: Oid };

/**
 * Whether a checkpoint is due, by whomever: after `every` commits, after an hour in which something
 * happened, and once a day. A root also signs what another has, as long as fewer have than its mound
 * asks for.
 */
export function checkpointDuty(
  view: View,
  agent: AgentId,
  now: number,
  every: number,
): CheckpointDuty | undefined {
  const line = view.get("line");
  const mound = view.get("mound");
  if (line === undefined || mound === undefined) return undefined;
  const newest = view.get("checkpoint");
  if (newest === undefined) return "newest";
  // The commits that brought the checkpoints themselves are no news.
  const news = line.commits - newest.number - newest.signed;
  const age = now - newest.at;
  if (news >= every || (news > 0 && age >= CHECKPOINT_AGE_MS) || age >= CHECKPOINT_PROMISE_MS)
    return "newest";
  const { commit, signed } = newest;
  const own = view.get(`file/${checkpointFile(commit, agent)}`) !== undefined;
  const wanted = signed < mound.threshold && !own && isRoot(view, agent);
  return wanted ? { commit } : undefined;
}
