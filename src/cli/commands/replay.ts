import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Looking back: the state as it was, what changed since, and how a task came to be as it is. */
export function addReplayCommands(program: Command, run: Run): void {
  program
    .command("replay")
    .description("the state as it was at a commit or a time")
    .option(
      "--to <commit|time>",
      "a commit, a time (RFC 3339), or how long ago (2h); else the newest",
    )
    .option("--task <task>", "and what had happened to this task up to there")
    .option("--agent <agent>", "and what this agent had done, or what was done to it")
    .option(
      "--step",
      "walk along the line: n next, p previous, g COMMIT, q quit; keys, or lines of a script",
    )
    .addHelpText(
      "after",
      `
Everything is folded anew from the first commit, every signature checked. The digest at the end is the
same on every machine. In a script, --step reads the same words, one a line, and --json answers one
document a line.

Example:
  mound replay --to 2h --task k3f9
  printf 'n\\nn\\np\\nq\\n' | mound replay --step`,
    )
    .action(run(lazily(async () => (await import("../replay/replay.ts")).replayLine)));
  program
    .command("diff <from> [to]")
    .description("what is different between two states: commits, times, or how long ago")
    .addHelpText("after", "\nExample:\n  mound diff 2h\n  mound diff 9f2c41d 2026-11-21T09:30:00Z")
    .action(run(lazily(async () => (await import("../replay/diff.ts")).diff)));
  program
    .command("why <task>")
    .description("how a task came to be as it is: every event, every refusal and its reason")
    .addHelpText("after", "\nExample:\n  mound why k3f9")
    .action(run(lazily(async () => (await import("../replay/why.ts")).why)));
}
