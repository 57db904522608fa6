import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { collect } from "../options.ts";

/** The stream of what happens, for people and programs. */
export function addEventCommands(program: Command, run: Run): void {
  program
    .command("events")
    .description("what happened and what happens, one line an event")
    .option("--since <commit|time>", "what comes after a commit, or at a time (RFC 3339) and later")
    .option("--follow", "go on with what happens, from now on unless --since says otherwise")
    .option("--on <pattern>", "only these: task.done, task.*, *.refused; may be repeated", collect)
    .option("--cursor <file>", "resume from this file if it is there, and keep the place in it")
    .addHelpText(
      "after",
      `
An event has a stable id, the same for every reader and at every replay: after a kill, --cursor gives
each event at least once. Leases that lapse and deadlines that pass are events too. With --json each
line is a document; the last event of each commit has the cursor after it.

Example:
  mound events --since 9f2c41d
  mound events --follow --on 'task.*' --cursor ~/.my-cursor --json`,
    )
    .action(run(lazily(async () => (await import("../reading/events.ts")).events)));
}
