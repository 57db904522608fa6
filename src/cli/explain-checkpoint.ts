import type { CheckpointFault } from "../open/faults.ts";
import { EXIT } from "./exit.ts";
import type { Table } from "./table.ts";

/** The words for what checkpoints say, and what they are good for. */
export const CHECKPOINT_WORDS: Table<CheckpointFault> = {
  "checkpoint-false": (fault) => {
    const lie = `The checkpoint of commit ${fault.commit.slice(0, 12)} (number ${fault.number}) by ${fault.by} is false: it says that the state was ${fault.said.slice(0, 12)}, and folding gives ${fault.found.slice(0, 12)}.`;
    if (fault.url === undefined) return { message: lie, fix: "mound audit", exit: EXIT.finding };
    return {
      message: `${lie} This clone was started from it: nothing that it shows is to be trusted, and nothing is done with it any more.`,
      fix: `mound clone ${fault.url} NEW-FOLDER`,
      exit: EXIT.finding,
    };
  },
  "checkpoint-unusable": (fault) => ({
    message: `No clone can be started from a checkpoint at ${fault.url}: ${fault.detail}. Nothing was kept.`,
    fix: `mound clone ${fault.url}`,
    exit: EXIT.refused,
  }),
  "history-unproven": (fault) => ({
    message: `This clone was started from the checkpoint of commit ${fault.commit.slice(0, 12)} (number ${fault.number}); what came before is not verified here yet, so nothing can be signed of it.`,
    fix: "mound sync --verify",
    exit: EXIT.refused,
  }),
};
