import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Marks that agents leave for each other, and that fade. */
export function addSignalCommands(program: Command, run: Run): void {
  program
    .command("signal <topic>")
    .description("leave a signal on a task, a path of the code or a word; it fades by itself")
    .option("--kind <kind>", "need, stuck, heat, warn or trail; need unless said")
    .option("--need", "it is wanted (fades by half in 6 hours)")
    .option("--stuck", "somebody could not go on (12 hours)")
    .option("--heat", "somebody is at it (90 seconds)")
    .option("--warn", "take care (7 days)")
    .option("--trail", "somebody was here (24 hours)")
    .option("--strength <n>", "what is added, 1 to 10, 3 unless said; 0 takes your signal back")
    .option("--half-life <duration>", "how long it takes to fade by half, 10s to 30d")
    .option("--note <text>", "one line for people")
    .addHelpText("after", TOPICS)
    .action(run(lazily(async () => (await import("../signals/signal.ts")).signal)));
  program
    .command("signals [topic]")
    .description("what is left of signals, by whom, and until when; the strongest first")
    .option("--kind <kind>", "only these: need, stuck, heat, warn or trail")
    .option("--limit <n>", "at most so many; 50 unless said")
    .option(
      "--at <commit|time>",
      "as it was then: a commit, a time (RFC 3339), or how long ago (2h)",
    )
    .addHelpText(
      "after",
      "\nA path stands for all that is below it; `task` and `path` alone for all of them.\n\nExample:\n  mound signals\n  mound signals path/src/auth\n  mound signals k3f9",
    )
    .action(run(lazily(async () => (await import("../signals/signals.ts")).signals)));
}

const TOPICS = `
A topic is a task (its id, or the beginning of it), a file or folder of the code (path/src/auth), or any
other word (deploy; word/deploy where it could be taken for a task). What you leave again on the same
topic is added to what is left of it, up to 10.

Example:
  mound signal k3f9 --stuck --note "the tests hang" --as ant-3
  mound signal path/src/auth --warn --strength 8 --as ant-3
  mound signal deploy --half-life 2h --as ant-3`;
