import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** The user's own programs, run when something happens. */
export function addReactionCommands(program: Command, run: Run): void {
  const reactions = program
    .command("reactions")
    .description("your own programs that mound watch runs on events: in force, waiting, given up")
    .addHelpText("after", FORMAT)
    .action(run(lazily(async () => (await import("../reactions/list.ts")).listReactions)));
  reactions
    .command("check [file]")
    .description("say what is wrong with a reactions file, by line")
    .addHelpText("after", "\nExample:\n  mound reactions check ~/.config/mound/reactions.yaml")
    .action(run(lazily(async () => (await import("../reactions/check.ts")).checkReactions)));
  reactions
    .command("test [file]")
    .description("print what a reactions file would have run over history; runs nothing")
    .option("--since <commit|time>", "what comes after a commit, or at a time (RFC 3339) and later")
    .addHelpText("after", "\nExample:\n  mound reactions test reactions.yaml --since 9f2c41d")
    .action(run(lazily(async () => (await import("../reactions/dry-run.ts")).testReactions)));
  reactions
    .command("retry [number...]")
    .description("try again what was given up")
    .option("--all", "all dead letters")
    .addHelpText("after", "\nExample:\n  mound reactions retry 17")
    .action(run(lazily(async () => (await import("../reactions/requests.ts")).retryDeliveries)));
  reactions
    .command("drop [number...]")
    .description("forget what was given up, or what waits")
    .option("--all", "all dead letters, and what waits for a reaction that there is no more")
    .addHelpText("after", "\nExample:\n  mound reactions drop 17")
    .action(run(lazily(async () => (await import("../reactions/requests.ts")).dropDeliveries)));
}

const FORMAT = `
Reactions are in a file of your own, ~/.config/mound/reactions.yaml, never in a repository:

  reactions:
    - name: tell                    # a-z, 0-9 and -; unique
      on: [task.done, "change.*"]   # event patterns: see mound events
      where:                        # all must hold; fields as in mound events --json
        needs: typescript           # equal; of a list: it contains this
        priority: ">=3"             # also <=, >, <, !=; a list of values means any of them
        title: fix*                 # begins so; =fix* means exactly that
      run: [notify-send, Mound]     # a program and its words; no shell, nothing is filled in
      timeout: 30s                  # 1m unless said
      retries: 5                    # with growing waits, then it is a dead letter
      concurrency: 2                # programs at a time, of different tasks; 1 unless said

The program gets the event as JSON on its standard input, and MOUND_EVENT_ID, MOUND_EVENT_TYPE and
MOUND_TASK. It runs in the folder of the file. The events of one task come one after the other. After
a kill one may come again: its id is the same.

Example:
  mound reactions --json`;
