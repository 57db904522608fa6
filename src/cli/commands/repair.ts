import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Undoing what others broke. */
export function addRepairCommands(program: Command, run: Run): void {
  program
    .command("repair")
    .description("write back the last good bytes of everything that refused commits have changed")
    .option("--dry-run", "say what would be written back, and change nothing")
    .option(
      "--force-line",
      "push the verified line back to an origin whose history was rewritten; shows it first",
    )
    .option("--yes", "with --force-line: do it")
    .addHelpText(
      "after",
      "\nExamples:\n  mound repair --dry-run\n  mound repair --as ant-3\n  mound repair --force-line --yes",
    )
    .action(run(lazily(async () => (await import("../repair/repair.ts")).repair)));
}
