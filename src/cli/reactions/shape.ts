import type { Delivery, Failure } from "../../daemon/reactions/ledger.ts";
import type { Reaction } from "../../daemon/reactions/reaction.ts";
import { unreachable } from "../../base/assert.ts";
import { formatDuration, formatInstant } from "../../protocol/time.ts";
import { sanitiseLine } from "../sanitise.ts";

/** How a reaction is shown to programs. */
export function reactionJson({ name, on, where, run, timeout, retries, concurrency }: Reaction) {
  return {
    name,
    on,
    where: Object.fromEntries(where.map(({ field, written }) => [field, written])),
    run,
    timeout_s: timeout / 1_000,
    retries,
    concurrency,
  };
}

/** How a reaction is shown to people, on one line. */
export function reactionLine({ name, on, where, run }: Reaction): string {
  const conditions = where.map(({ field, written }) => `${field}: ${written.join(" or ")}`);
  const when = conditions.length === 0 ? "" : `  where ${conditions.join(", ")}`;
  return `  ${name}  on ${on.join(", ")}${when}  runs ${commandText(run)}`;
}

export function deliveryJson({ n, reaction, event, tries, due, failure, pid }: Delivery) {
  return {
    number: n,
    reaction,
    event: JSON.parse(event.json) as unknown,
    tries,
    due: due === 0 ? null : formatInstant(due),
    pid: pid ?? null,
    failure: failure === undefined ? null : { ...failure, at: formatInstant(failure.at) },
  };
}

/** What a delivery is, on one line: its number, for whom, what happened, to what. */
export function deliveryLine({ n, reaction, event }: Delivery): string {
  return sanitiseLine(`  ${n}  ${reaction}  ${event.type}  ${event.task ?? event.id}`);
}

/** Why a try failed, in words. */
export function whyText(why: Failure["why"]): string {
  switch (why.kind) {
    case "exit":
      return `it ended with code ${why.code}`;
    case "signal":
      return `it was ended by ${why.signal}`;
    case "timeout":
      return `it was ended after ${formatDuration(why.after)}`;
    case "not-started":
      return why.reason === "ENOENT"
        ? "there is no such program"
        : `it did not start: ${why.reason}`;
    default:
      return unreachable(why);
  }
}

/** A command line for people to read: words that hold anything unusual are in quotes. */
export function commandText(run: Reaction["run"]): string {
  return run.map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : JSON.stringify(word);
}
