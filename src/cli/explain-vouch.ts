import type { VouchFileFault } from "../open/faults.ts";
import { EXIT } from "./exit.ts";
import type { Table } from "./table.ts";

/** The words for what is wrong with vouches that come and go in files. */
export const VOUCH_WORDS: Table<VouchFileFault> = {
  "vouches-none": (fault) => ({
    message: `No vouch counts for ${fault.agent}, so there is nothing to export.`,
    fix: `mound vouches ${fault.agent}`,
    exit: EXIT.missing,
  }),
  "vouch-file-wrong": (fault) => ({
    message:
      fault.record === undefined
        ? `${fault.file} is no file of vouches: ${fault.detail}.`
        : `The record ${fault.record} in ${fault.file} is refused, and so is the file: ${fault.detail}.`,
    fix: "In the mound that it is of: mound vouch export AGENT -o FILE",
    exit: EXIT.usage,
  }),
};
