import type { ReactionsFault } from "../open/faults.ts";
import { EXIT } from "./exit.ts";
import type { Table } from "./table.ts";

/** Flaws that a person is shown; a program gets them all. */
const SHOWN = 25;

export const REACTION_WORDS: Table<ReactionsFault> = {
  "reactions-missing": (fault) => ({
    message: `There is no file ${fault.path}.`,
    fix: "mound help reactions",
    exit: EXIT.missing,
  }),
  "reactions-unreadable": (fault) => ({
    message: `${fault.path} cannot be read: ${fault.detail}.`,
    fix: `ls -l ${fault.path}`,
    exit: EXIT.bug,
  }),
  "reactions-misplaced": (fault) => ({
    message: `${fault.path} lies in ${fault.folder}, the files of a mound, which others can write. Mound runs nothing that is named there.`,
    fix: "Move it to your own configuration, such as ~/.config/mound/reactions.yaml.",
    exit: EXIT.refused,
  }),
  "reactions-exposed": (fault) => ({
    message: `Anybody on this machine can write ${fault.path} (mode ${fault.mode}), and it says what is run in your name.`,
    fix: `chmod o-w ${fault.path}`,
    exit: EXIT.refused,
  }),
  "reactions-invalid": (fault) => ({
    message: [
      `There ${fault.flaws.length === 1 ? "is a fault" : `are ${fault.flaws.length} faults`} in ${fault.path}:`,
      ...fault.flaws.slice(0, SHOWN).map(({ line, message }) => `  line ${line}: ${message}`),
      ...(fault.flaws.length > SHOWN ? [`  and ${fault.flaws.length - SHOWN} more.`] : []),
    ].join("\n"),
    fix: `mound reactions check ${fault.path}`,
    exit: EXIT.usage,
  }),
  "delivery-unknown": (fault) => ({
    message: `There is no dead letter with the number ${fault.number}.`,
    fix: "mound reactions",
    exit: EXIT.missing,
  }),
};
