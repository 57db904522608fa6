/** How the commands of a batch end that did not land by an answered push. */
import type { Result } from "../base/result.ts";
import type { Link } from "./chain.ts";
import type { AppFault } from "./faults.ts";
import type { Oid } from "../protocol/ids.ts";
import type { Outcome } from "./request.ts";

/** A push whose answer never came, and the tip that it was to replace. */
export interface Doubt {
  readonly base: Oid | undefined;
  readonly detail: string;
}

export function unknown(links: readonly Link[], detail: string): AppFault {
  const nonces = links.flatMap((link) => (link.outcome === undefined ? [link.nonce] : []));
  return { code: "outcome-unknown", nonces, detail };
}

export function settle(links: readonly Link[], outcome: Outcome | Result<never, AppFault>): void {
  for (const link of links) link.outcome ??= outcome;
}

export function isUnknown(outcome: Outcome | undefined): boolean {
  return outcome === undefined || (!outcome.ok && outcome.error.code === "outcome-unknown");
}
