import type { AppFault } from "../app/faults.ts";
import type { AuditFault } from "../open/audit-faults.ts";
import { EXIT } from "./exit.ts";
import type { Table } from "./table.ts";

/** The words for what keeps an audit from being made. */
export const AUDIT_WORDS: Table<Exclude<AuditFault, AppFault>> = {
  "tip-missing": (fault) => ({
    message: `There is no branch or commit ${fault.name} in ${fault.dir}.`,
    fix: "git branch --all, then: mound audit --branch NAME",
    exit: EXIT.missing,
  }),
  "clone-shallow": (fault) => ({
    message: `This clone is too shallow to be audited: it begins at ${fault.commit.slice(0, 12)}, whose parent is not here. An audit judges every commit from the first.`,
    fix: "git fetch --unshallow origin",
    exit: EXIT.unreachable,
  }),
  "clone-partial": (fault) => ({
    message: `This is a partial clone: ${fault.missing} objects of the line were left at the origin. An audit reads every one.`,
    fix: "git fetch --refetch --no-filter origin",
    exit: EXIT.unreachable,
  }),
  "repository-sha256": (fault) => ({
    message: `${fault.dir} names its objects in SHA-256, and a mound's are named in SHA-1: no mound is in there.`,
    fix: "Name the repository of a mound: mound audit --git-dir DIR",
    exit: EXIT.missing,
  }),
};
