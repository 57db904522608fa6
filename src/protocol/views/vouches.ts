/** Who vouches for whom, and what each word is worth at the moment. */
import { isAgentId, type AgentId } from "../ids.ts";
import { settings } from "../rules/members.ts";
import { principalOf } from "../rules/operators.ts";
import { trustOf } from "../rules/trust/table.ts";
import {
  ALL_SKILLS,
  issuersOf,
  subjectOf,
  vouchFlaw,
  type VouchFlaw,
} from "../rules/trust/vouches.ts";
import type { View } from "../state.ts";
import type { VouchState } from "../trust-state.ts";

export interface VouchView extends VouchState {
  readonly subject: AgentId;
  readonly issuer: AgentId;
  /** Why it counts for nothing; undefined where it counts. */
  readonly flaw: VouchFlaw | "revoked" | undefined;
  /** Whether the subject is a member in force; if not, the vouch waits for one with its key. */
  readonly joined: boolean;
  /** How far the issuer is trusted, in thousandths. */
  readonly trust: number;
}

/** What is wanted to join under a name with a key, where membership is `vouched`. */
export interface Admission {
  readonly fingerprint: string;
  readonly found: number;
  readonly needed: number;
}

/** The vouches for an agent and by it, or all, at log time `now` (milliseconds); by subject, then by issuer. */
export function viewVouches(
  view: View,
  agent: AgentId | undefined,
  now: number,
): readonly VouchView[] {
  const subjects = view
    .keys("vouch/")
    .map((key) => key.slice("vouch/".length))
    .filter(isAgentId);
  return subjects.flatMap((subject) =>
    issuersOf(view, subject)
      .filter((issuer) => agent === undefined || subject === agent || issuer === agent)
      .map((issuer) => viewVouch(view, subject, issuer, now)),
  );
}

/** For each key that is vouched for under the name of who has not joined, how far that goes. */
export function admissionsOf(
  view: View,
  agent: AgentId,
  vouches: readonly VouchView[],
): readonly Admission[] {
  const { membership, vouches: needed, vouchTrust } = settings(view);
  if (membership !== "vouched" || view.get(`agent/${agent}`) !== undefined) return [];
  const own = vouches.filter(({ subject }) => subject === agent);
  return [...new Set(own.map(({ fingerprint }) => fingerprint))].toSorted().map((fingerprint) => {
    const counted = own
      .filter((vouch) => vouch.fingerprint === fingerprint && vouch.flaw === undefined)
      .filter(({ scope, trust }) => scope === ALL_SKILLS && trust >= vouchTrust)
      .map(({ issuer }) => principalOf(view, issuer));
    return { fingerprint, found: new Set(counted).size, needed };
  });
}

function viewVouch(view: View, subject: AgentId, issuer: AgentId, now: number): VouchView {
  const vouch = view.get(`vouch/${subject}`)![issuer]!;
  const member = subjectOf(view, subject);
  // Of who has not joined each key may be the one that joins.
  const known = member ?? { agent: subject, fingerprint: vouch.fingerprint, principal: subject };
  return {
    ...vouch,
    subject,
    issuer,
    // Who is revoked never joins again: nothing waits for it.
    flaw:
      view.get(`agent/${subject}`)?.status === "revoked"
        ? "revoked"
        : vouchFlaw(view, known, issuer, vouch, now),
    joined: member !== undefined,
    trust: trustOf(view, issuer, now).score,
  };
}
