/** How the commands of a batch end that did not land by an answered push. */
import { err, type Result } from "../base/result.ts";
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

/**
 * A fault ends what is not answered yet. It is not the whole answer of what was sent before and may
 * yet land: of all of them where `doubt` stands, else of those that somebody else may carry out.
 */
export function stopAll(links: readonly Link[], fault: AppFault, doubt: Doubt | undefined): void {
  const detail = "detail" in fault ? fault.detail : (doubt?.detail ?? fault.code);
  const open = links.filter((link) => link.outcome === undefined);
  const doubtful = open.filter(({ request }) => doubt !== undefined || request.sent === true);
  settle(doubtful, err(unknown(doubtful, detail)));
  settle(open, err(fault));
}

/** What nobody waits for any more is not begun. */
export function dropUnwanted(links: readonly Link[]): void {
  const unwanted = links.filter(({ request }) => request.wanted?.() === false);
  settle(unwanted, err({ code: "aborted", detail: "nobody waits for it any more" }));
}

/** One link for each name: an operation that is asked for twice at the same time is carried out once. */
export function firstOfEachName(links: readonly Link[]): readonly Link[] {
  return [...new Map(links.toReversed().map((link) => [link.nonce, link])).values()].toReversed();
}

export function isUnknown(outcome: Outcome | undefined): boolean {
  return outcome === undefined || (!outcome.ok && outcome.error.code === "outcome-unknown");
}

/** Whether records of the line can tell what has become of it: a repair writes none, and may be repeated. */
export function isNamed({ request }: Link): boolean {
  return request.command.type !== "repair";
}
