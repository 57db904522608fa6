/** Which vouches count at a log time: a word for a key, by a member that has no part in its holder. */
import type { AgentId } from "../../ids.ts";
import type { AgentState, View } from "../../state.ts";
import type { VouchState } from "../../trust-state.ts";
import { keyFingerprint } from "../fingerprint.ts";
import { principalOf } from "../operators.ts";

/** The scope of a vouch for whatever the skill. */
export const ALL_SKILLS = "all";

/** Why a vouch counts for nothing; undefined where it counts. */
export type VouchFlaw = "over" | "key" | "issuer" | "akin";

/** Someone who is vouched for: a member, or who is about to be one. */
export interface Subject {
  readonly agent: AgentId;
  readonly fingerprint: string;
  readonly principal: AgentId;
}

/** A member as a subject; undefined where it is none in force. */
export function subjectOf(view: View, agent: string): Subject | undefined {
  const state = view.get(`agent/${agent}`);
  if (state?.status !== "active") return undefined;
  return {
    agent: state.id,
    fingerprint: fingerprintOf(state),
    principal: principalOf(view, state.id),
  };
}

/** By the member's entry, which is the same object until it changes: hashing takes microseconds for each. */
const FINGERPRINTS = new WeakMap<AgentState, string>();

function fingerprintOf(member: AgentState): string {
  let found = FINGERPRINTS.get(member);
  if (found === undefined) {
    found = keyFingerprint(member.key);
    FINGERPRINTS.set(member, found);
  }
  return found;
}

/** [VO1] [VO2] [VO3] [VO4] as they are now: what was legal when it was written may count no more. */
export function vouchFlaw(
  view: View,
  subject: Subject,
  issuer: AgentId,
  vouch: VouchState,
  now: number,
): VouchFlaw | undefined {
  if (now >= vouch.until) return "over";
  if (vouch.fingerprint !== subject.fingerprint) return "key";
  if (view.get(`agent/${issuer}`)?.status !== "active") return "issuer";
  return subject.principal === principalOf(view, issuer) ? "akin" : undefined;
}

/** The vouches that count for a subject, in order of issuer. */
export function liveVouches(
  view: View,
  subject: Subject,
  now: number,
): readonly (readonly [AgentId, VouchState])[] {
  return issuersOf(view, subject.agent).flatMap((issuer) => {
    const vouch = view.get(`vouch/${subject.agent}`)![issuer]!;
    return vouchFlaw(view, subject, issuer, vouch, now) === undefined
      ? [[issuer, vouch] as const]
      : [];
  });
}

/** Who has vouched for a name, sorted: a record's names come in no order that is the same everywhere. */
export function issuersOf(view: View, subject: string): readonly AgentId[] {
  return Object.keys(view.get(`vouch/${subject}`) ?? {}).toSorted() as AgentId[];
}
