/**
 * What a member may hold, where `mound.yaml` says `limits: trusted`: a quarter of each limit to whom nobody
 * trusts, and from there in a straight line with the score up to all of it.
 *
 *   limit × (1,000 + 3 × score) / 4,000, the score in thousandths
 *
 * Scores cost time where evidence has changed: they are looked up only for who wants more than that quarter.
 */
import type { AgentId } from "../../ids.ts";
import { LEASE_MIN_MS } from "../../limits.ts";
import { WHOLE_SHARE } from "../../share.ts";
import type { ClaimState, View } from "../../state.ts";
import { formatDuration } from "../../time.ts";
import { lengthFlaw, type LeaseBody } from "../lease.ts";
import { settings } from "../members.ts";
import { trustOf } from "./table.ts";

/** Claims that a score (thousandths) allows at once: whole ones, and one at least. */
export function claimsAt(claimsMax: number, score: number): number {
  return Math.max(1, Math.floor(partOf(claimsMax, score)));
}

/** Milliseconds that a score allows a lease to last: whole seconds, and the shortest lease at least. */
export function leaseAt(leaseMax: number, score: number): number {
  const seconds = Math.floor(partOf(leaseMax, score) / 1_000);
  return Math.max(LEASE_MIN_MS, score >= WHOLE_SHARE ? leaseMax : seconds * 1_000);
}

/** [CL11] Claims that an agent may hold at once at log time `now`; `wanted`: how many it would like. */
export function claimsAllowed(view: View, agent: AgentId, now: number, wanted: number): number {
  const { limits, claimsMax } = settings(view);
  if (limits !== "trusted") return claimsMax;
  const least = claimsAt(claimsMax, 0);
  return wanted <= least ? least : claimsAt(claimsMax, trustOf(view, agent, now).score);
}

/** [CL13] Milliseconds that a claim of an agent may last at log time `now`; `wanted`: how many it would like. */
export function leaseAllowed(view: View, agent: AgentId, now: number, wanted: number): number {
  const { limits, leaseMax } = settings(view);
  if (limits !== "trusted") return leaseMax;
  const least = leaseAt(leaseMax, 0);
  return wanted <= least ? least : leaseAt(leaseMax, trustOf(view, agent, now).score);
}

/**
 * [CL13] What is wrong with the length of a claim; a part of a sentence. Who is trusted less than before may
 * still report progress: a renewal may end a millisecond after what it renews, and needs no more.
 */
export function claimLengthFlaw(
  view: View,
  body: LeaseBody,
  renewed: ClaimState | undefined,
  now: number,
): string | undefined {
  const { agent, at, until } = body;
  const { leaseMax } = settings(view);
  const flaw = lengthFlaw(body, leaseMax);
  if (flaw !== undefined) return flaw;
  const allowed = leaseAllowed(view, agent, now, until - at);
  if (until - at <= allowed || (renewed !== undefined && until <= renewed.until + 1))
    return undefined;
  const most = `${agent} may hold a claim for ${formatDuration(allowed)} at a time`;
  return `${most}, and with more trust for up to ${formatDuration(leaseMax)}`;
}

function partOf(limit: number, score: number): number {
  return (limit * (WHOLE_SHARE + 3 * score)) / (4 * WHOLE_SHARE);
}
