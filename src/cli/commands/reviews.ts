import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** What is done, and waits for somebody's word on it. */
export function addReviewCommands(program: Command, run: Run): void {
  program
    .command("review [task]")
    .description("what waits for my review; with a task, accept what was done, or send it back")
    .option("--accept", "it is good")
    .option("--reject", "it is open again")
    .option("--reason <text>", "why")
    .option("--all", "what waits for anybody's review, and whose")
    .option("--limit <n>", "at most so many; 50 unless said")
    .option(
      "--at <commit|time>",
      "as it was then: a commit, a time (RFC 3339), or how long ago (2h)",
    )
    .addHelpText("after", HELP)
    .action(run(lazily(async () => (await import("../reviews/review.ts")).review)));
}

const HELP = `
A task is reviewed by who made it, or whom it names. What is worth the mound's review_value or more is
reviewed by a root, or by any member trusted as far as review_trust, who has no part in it.

Example:
  mound review --as ant-1
  mound review --all
  mound review k3f9 --reject --reason "the tests fail" --as ant-1`;
