/** What the lock file of a task and a named lock have in common: leases with fencing tokens. */
import type { AgentId, Nonce } from "../ids.ts";
import { LEASE_MIN_MS } from "../limits.ts";
import type { ClaimState } from "../state.ts";

/** What a lock file says of its lease. Times in milliseconds. */
export interface LeaseBody {
  readonly agent: AgentId;
  readonly token: number;
  readonly at: number;
  readonly until: number;
  readonly nonce: Nonce;
}

/** What can be leased: the claim that stands on it, and the last token that was given out. */
export interface Leased {
  readonly claim: ClaimState | undefined;
  readonly token: number;
}

/** [CL6] A lapsed lease needs nobody to expire it. `now`: log time in milliseconds. */
export function isLapsed({ claim }: Pick<Leased, "claim">, now: number): boolean {
  return claim !== undefined && now >= claim.until;
}

/** [CL13] What is wrong with the length of a lease; a part of a sentence. */
export function lengthFlaw({ at, until }: LeaseBody, leaseMax: number): string | undefined {
  const length = until - at;
  if (length >= LEASE_MIN_MS && length <= leaseMax) return undefined;
  return length > leaseMax
    ? "the lease is longer than the mound allows"
    : "the shortest lease is 1s";
}

/**
 * What a lock file is to the claim that stands: its renewal (CL2), the word of a holder who names an
 * old token and so is a zombie (CL4), or else somebody's taking.
 */
export function meaningOf(
  { agent, token }: LeaseBody,
  { claim, token: last }: Leased,
): "renewal" | "stale" | "taking" {
  if (claim?.agent === agent && claim.token === token) return "renewal";
  return token <= last && claim !== undefined ? "stale" : "taking";
}

/** [CL2] A renewal has a later `until`; what is wrong with this one, as a part of a sentence. */
export function renewalFlaw({ until }: LeaseBody, { claim }: Leased): string | undefined {
  return claim !== undefined && until <= claim.until
    ? "a renewal ends later than the lease before it"
    : undefined;
}

/** [CL12] The token that a taking must have. */
export function nextToken({ token }: Leased): number {
  return token + 1;
}

/** The claim that a lock file leaves behind. `time`: log time in milliseconds. */
export function claimOf(
  { agent, token, at, until, nonce }: LeaseBody,
  before: Leased,
  time: number,
): ClaimState {
  const { claim } = before;
  const since = claim?.token === token ? claim.since : time;
  return { agent, token, since, at, until, nonce };
}

/** Whether who writes under a token is the holder, has lost it, or never had it: see CL4. */
export function standingOf(
  { claim }: Pick<Leased, "claim">,
  agent: AgentId,
  token: number,
  heldOnce: boolean,
): "holder" | "fenced" | "not-held" | "held" {
  if (claim?.agent === agent && claim.token === token) return "holder";
  if (heldOnce || claim?.agent === agent) return "fenced";
  return claim === undefined ? "not-held" : "held";
}

/** What a token is worth at log time `now` to whoever is asked to act under it. */
export function fenceOf(
  leased: Leased,
  token: number,
  now: number,
): "current" | "lapsed" | "stale" {
  if (leased.claim?.token !== token) return "stale";
  return isLapsed(leased, now) ? "lapsed" : "current";
}
