import { formatShare } from "../../protocol/share.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { VouchView } from "../../protocol/views/vouches.ts";

/** A vouch in JSON: times are RFC 3339. */
export function vouchJson(vouch: VouchView) {
  const { subject, issuer, fingerprint, scope, level, reason, at, until, flaw, joined } = vouch;
  return {
    subject,
    issuer,
    fingerprint,
    scope,
    level,
    reason,
    at: formatInstant(at),
    until: formatInstant(until),
    joined,
    counts: flaw === undefined,
    flaw: flaw ?? null,
    issuer_trust: formatShare(vouch.trust),
  };
}

/** What a vouch is worth, in words. */
export function worthText({ flaw, joined, fingerprint }: VouchView): string {
  if (flaw !== undefined) return `counts for nothing: ${FLAWS[flaw]}`;
  return joined ? "counts" : `waits for the key ${fingerprint} to join`;
}

const FLAWS: Readonly<Record<NonNullable<VouchView["flaw"]>, string>> = {
  over: "it is over",
  key: "it is for another key than the one in force",
  issuer: "its issuer is a member no more",
  akin: "one operator is behind both",
  revoked: "who it is for is revoked, for good",
};
