import type { GuardFault } from "../open/faults.ts";
import { EXIT } from "./exit.ts";
import { guardLines } from "./guard/text.ts";
import type { Table } from "./table.ts";

/** The words for what the guard of a repository of code finds. */
export const GUARD_WORDS: Table<GuardFault> = {
  guarded: ({ conflicts, unclaimed, hook, view }) => {
    const [first] = conflicts;
    const what =
      first === undefined
        ? "These files are under no claim of yours."
        : "These files are under the live claim of another.";
    const lines = guardLines(conflicts, unclaimed);
    const past = hook ? "\nTo commit all the same: git commit --no-verify" : "";
    return {
      message: `${what} (What is known here of the claims is ${view}.)\n${lines.join("\n")}${past}`,
      fix: first === undefined ? "mound next --claim" : `mound task show ${first.task}`,
      exit: EXIT.lost,
      retryable: true,
    };
  },
  "guard-hook-kept": ({ path, kept }) => ({
    message: `Another hook stands at ${path} now, and the one that stood there before the guard is still kept as ${kept}. Only one of them can run before the guard.`,
    fix: `Make one of the two, remove ${kept}, then: mound guard install`,
    exit: EXIT.refused,
  }),
  "guard-in-mound": ({ dir }) => ({
    message: `${dir} is the mound itself; the guard is for the repository of the code that is worked on.`,
    fix: `mound guard install -C CODE --mound ${dir}`,
    exit: EXIT.usage,
  }),
  "guard-missing": ({ dir }) => ({
    message: `There is no guard in ${dir}.`,
    fix: "mound guard install",
    exit: EXIT.missing,
  }),
};
