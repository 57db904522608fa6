import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** The daemon of a clone. */
export function addWatchCommands(program: Command, run: Run): void {
  program
    .command("watch")
    .description("the daemon: batches the commands of everyone here, and tells what happens")
    .option("--push-budget <n>", "at most so many pushes a minute, for hosts that ask for few")
    .option("--reactions <file>", "your reactions, where not in ~/.config/mound/reactions.yaml")
    .option("--submit", "submit files below drafts/ as they appear; needs --as")
    .option("--repair", "undo what refused commits leave behind, as it appears; needs --as")
    .option("--checkpoint", "sign what the state is, every thousand commits or hour; needs --as")
    .option("--checkpoint-every <n>", "the same, every so many commits")
    .option("--service [kind]", "print a systemd unit and a launchd plist instead, or one of them")
    .option("--log <file>", "where the log goes; .git/mound/watch.log unless said")
    .option("--verbose", "the log on standard error too")
    .addHelpText("after", "\nExample:\n  mound watch --json")
    .action(run(lazily(async () => (await import("../watch/watch.ts")).watch)));
}
