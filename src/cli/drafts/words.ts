import type { DraftOutcome, FaultyDraft, SubmittedDraft } from "../../open/submit-drafts.ts";
import { explain } from "../explain.ts";

/** A draft that was not submitted, in words. */
export interface SaidFault {
  readonly draft: string;
  /** Counted from 1; null where the fault is of no line. */
  readonly line: number | null;
  readonly code: string;
  readonly message: string;
  /** What to type next. */
  readonly fix: string;
  readonly retryable: boolean;
  readonly exit: number;
}

/** What kept a draft from being submitted, with the line that is about it. */
export function sayFault({ draft, fault, line }: FaultyDraft): SaidFault {
  const { code, message, fix, retryable, exit } = explain(fault);
  const own = code.startsWith("draft-");
  return {
    draft: draft.name,
    line: line ?? null,
    code,
    message: own
      ? message
      : `${draft.name}${line === undefined ? "" : `, line ${line}`}: ${message}`,
    fix,
    retryable,
    exit,
  };
}

/** Where a draft went, and for programs what became of it. */
export function sayMove({ draft, record }: SubmittedDraft): string {
  return `${draft.name} -> ${record}`;
}

/** Why the file of a draft that was accepted is still there; undefined where it is gone. */
export function sayLeft({ draft, left, accepted }: SubmittedDraft): string | undefined {
  const task = accepted.answer.tasks[0] ?? "";
  switch (left) {
    case undefined:
      return undefined;
    case "elsewhere":
      return `${draft.name} was left where it is: only files below drafts/ are taken away.`;
    case "changed":
      return `${draft.name} was changed while it was submitted, and was left as it is: what it said before was accepted (${task}).`;
    default:
      return `${draft.name} was accepted (${task}), but the system does not let it be removed; it will not be submitted again.`;
  }
}

/** What a watcher says beside a draft that is still there; undefined where there is nothing to say. */
export function sayBeside(
  outcome: DraftOutcome,
): { message: string; fix: string; retryable: boolean } | undefined {
  if (!isSubmitted(outcome)) return sayFault(outcome);
  const message = sayLeft(outcome);
  const fix = `rm ${outcome.draft.name}, or give it another name to submit it as a wish of its own.`;
  return message === undefined ? undefined : { message, fix, retryable: false };
}

export function isSubmitted(outcome: DraftOutcome): outcome is SubmittedDraft {
  return outcome.kind === "submitted";
}
