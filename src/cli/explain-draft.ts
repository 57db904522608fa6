import type { DraftFault } from "../open/faults.ts";
import { EXIT } from "./exit.ts";
import type { Table } from "./table.ts";

/** The words for a draft that cannot be submitted as it is. */
export const DRAFT_WORDS: Table<DraftFault> = {
  "draft-invalid": ({ draft, line, detail }) => ({
    message: `${draft}, line ${line}: ${detail}.`,
    fix: `Mend line ${line}, then: mound submit ${draft}`,
    exit: EXIT.usage,
  }),
  "draft-missing": ({ draft }) => ({
    message: `There is no draft ${draft}.`,
    fix: "ls drafts",
    exit: EXIT.missing,
  }),
  "draft-unreadable": ({ draft, detail }) => ({
    message: `${draft} cannot be read as a draft: ${detail}.`,
    fix: `ls -ld ${draft}`,
    exit: EXIT.usage,
  }),
  "draft-busy": ({ draft, pid }) => ({
    message: `${draft} is being submitted by another process (${pid}).`,
    fix: "mound log, and see whether the draft is still there.",
    exit: EXIT.lost,
    retryable: true,
  }),
  "draft-changed": ({ draft, task }) => ({
    message: `What ${draft} said before was accepted${task === undefined ? "" : ` (${task})`}; the file has been changed since, and was left as it is.`,
    fix: `${task === undefined ? "mound log" : `mound task show ${task}`}; then remove ${draft}, or give it another name to submit it as a wish of its own.`,
    exit: EXIT.refused,
  }),
};
