import { agent } from "./agent.ts";
import { attempt } from "./attempt.ts";
import { bid } from "./bid.ts";
import { cancel } from "./cancel.ts";
import { capabilities } from "./capabilities.ts";
import { checkpoint } from "./checkpoint.ts";
import { claim } from "./claim.ts";
import { decline } from "./decline.ts";
import { grant } from "./grant.ts";
import { denounce } from "./denounce.ts";
import { invite } from "./invite.ts";
import type { Kind } from "./kind.ts";
import { lock } from "./lock.ts";
import { lockAttempt } from "./lock-attempt.ts";
import { mound } from "./mound.ts";
import { progress } from "./progress.ts";
import { reveal } from "./reveal.ts";
import { review } from "./review.ts";
import { signal } from "./signal.ts";
import { task } from "./task.ts";
import { vouch } from "./vouch.ts";

/**
 * The table of kinds, in the order in which the records of one commit are judged: settings before
 * members before tasks; what ends a claim before what begins one; what needs a claim last.
 */
export const KINDS: readonly Kind[] = [
  mound,
  agent,
  invite,
  grant,
  vouch,
  denounce,
  capabilities,
  task,
  attempt,
  cancel,
  claim,
  progress,
  review,
  decline,
  bid,
  reveal,
  checkpoint,
  lockAttempt,
  lock,
  signal,
];

const BY_NAME = new Map(KINDS.map((kind, order) => [kind.name, { kind, order }]));

/** The kind of that name and its place in the order of judgement. */
export function kindNamed(
  name: string,
): { readonly kind: Kind; readonly order: number } | undefined {
  return BY_NAME.get(name);
}
