import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Whether the history of the mound is what its rules allow. */
export function addAuditCommands(program: Command, run: Run): void {
  program
    .command("audit")
    .description("judge the whole history, every signature included; exit 6 on findings")
    .option("--since <commit>", "tell only what was found after this commit (all of it is judged)")
    .option("--strict", "fail on what was tampered with and is repaired, too")
    .option("--verbose", "list everything")
    .option("--sarif <file>", "write the findings as SARIF 2.1.0, for code scanning")
    .option("--junit <file>", "write them as JUnit XML")
    .option("--html <file>", "write them as one page")
    .option("--summary <file>", "write them as Markdown, for the summary of a CI job")
    .option("--annotations", "print the first ten as annotations of GitHub's")
    .option("--git-dir <dir>", "audit this git repository; Mound need not have set it up")
    .option("--branch <name>", "the branch that has the line")
    .option("--tip <commit>", "audit up to this commit, whatever any branch says")
    .option("--fresh", "judge everything anew, whatever earlier audits have kept")
    .option("--no-cache", "use nothing that was kept, and keep nothing")
    .addHelpText(
      "after",
      "\nThe last line is a proof: it is equal wherever the same history was judged.\n\nExample:\n  mound audit\n  mound audit --since 9f2c41d0 --json\n  mound audit --git-dir . --summary summary.md --sarif audit.sarif",
    )
    .action(run(lazily(async () => (await import("../audit/audit.ts")).audit)));
}
