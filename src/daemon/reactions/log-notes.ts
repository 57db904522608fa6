import { unreachable } from "../../base/assert.ts";
import { formatInstant } from "../../protocol/time.ts";
import type { Log, LogFields } from "../log.ts";
import type { Failure } from "./ledger.ts";
import type { ReactionNote } from "./notes.ts";

/** Writes what the reactions tell into the daemon's log. */
export function logReactions(log: Log): (note: ReactionNote) => void {
  return (note) => {
    switch (note.code) {
      case "reactions-loaded":
        return log.info(fieldsOf(note), "these reactions are in force");
      case "reactions-kept":
        return log.error(faultFields(note.fault), "the reactions file cannot be used");
      case "delivery-failed":
        return log.warn(fieldsOf(note), "a reaction failed and is tried again");
      case "delivery-dead":
        return log.error(fieldsOf(note), "a reaction failed for good: a dead letter");
      case "dead-letter-forgotten":
        return log.warn({}, "there are too many dead letters: the oldest is gone");
      case "unwritten":
        return log.error(fieldsOf(note), "the log of deliveries cannot be written");
      case "log-damaged":
        return log.error(fieldsOf(note), "the log of deliveries has damaged lines");
      case "request-unreadable":
        return log.warn(fieldsOf(note), "a request about deliveries cannot be read");
      case "orphan-ended":
        return log.warn(fieldsOf(note), "a program that a killed daemon had left was ended");
      default:
        return unreachable(note);
    }
  };
}

type Flat = Exclude<ReactionNote, { code: "reactions-kept" }>;

function fieldsOf(note: Flat): LogFields {
  const { code, ...facts } = note;
  if (!("why" in facts)) return { code, ...facts };
  const { why, ...rest } = facts;
  const due = "due" in rest ? { due: formatInstant(rest.due) } : {};
  return { code, ...rest, ...due, why: whyField(why) };
}

function whyField(why: Failure["why"]): string {
  if (why.kind === "exit") return `exit ${why.code}`;
  if (why.kind === "signal") return why.signal;
  return why.kind === "timeout" ? `timeout ${why.after} ms` : why.reason;
}

/** The first line that is wrong stands for all: `mound reactions check` tells the rest. */
function faultFields(fault: Extract<ReactionNote, { code: "reactions-kept" }>["fault"]): LogFields {
  if (fault.code !== "reactions-invalid") return fault;
  const [first] = fault.flaws;
  const { code, path, flaws } = fault;
  return { code, path, line: first?.line, reason: first?.message, flaws: flaws.length };
}
