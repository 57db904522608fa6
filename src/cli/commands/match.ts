import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Who fits what, and what one does not want. */
export function addMatchCommands(program: Command, run: Run): void {
  program
    .command("decline <task>")
    .description("say that you do not want a task: it is not offered to you for a while")
    .option("--reason <text>", "why, in one line")
    .option("--for <duration>", "how long; 24h unless said, at most 7d")
    .addHelpText(
      "after",
      '\nIt costs nothing, and you may still claim the task.\n\nExample:\n  mound decline k3f9 --reason "I have no access to the database" --as ant-3',
    )
    .action(run(lazily(async () => (await import("../matching/decline.ts")).declineTask)));
  program
    .command("match [task]")
    .description("which agents fit a task, or which tasks fit an agent, and why")
    .option(
      "--agent <agent>",
      "the tasks that fit this agent; with a task, the two line by line; `me`: who acts",
    )
    .option("--limit <n>", "at most so many; 20 unless said")
    .addHelpText(
      "after",
      "\nExample:\n  mound match k3f9\n  mound match --agent ant-3\n  mound match k3f9 --agent ant-3",
    )
    .action(run(lazily(async () => (await import("../matching/match.ts")).match)));
}
