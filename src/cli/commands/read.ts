import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { status } from "../reading/status.ts";

/** Looking: what is going on, what happened, what came in. */
export function addReadCommands(program: Command, run: Run): void {
  program
    .command("status")
    .description("what is open, claimed, blocked and done, what I hold, and what was refused")
    .option(
      "--at <commit|time>",
      "as it was then: a commit, a time (RFC 3339), or how long ago (2h)",
    )
    .addHelpText("after", "\nExample:\n  mound status --as ant-3\n  mound status --at 2h")
    .action(run(status));
  program
    .command("graph [task]")
    .description("what waits for what, in layers; of one task, what is before and behind it")
    .option("--dot", "for Graphviz")
    .option("--mermaid", "for Mermaid, which forges draw")
    .option("--all", "settled tasks too")
    .addHelpText("after", "\nExample:\n  mound graph\n  mound graph k3f9 --mermaid")
    .action(run(lazily(async () => (await import("../graph/graph.ts")).graph)));
  program
    .command("log [task]")
    .description("the history in words; of one task, from its beginning")
    .option("-n, --number <n>", "at most so many commits; 20 unless said")
    .addHelpText("after", "\nExample:\n  mound log -n 50\n  mound log k3f9")
    .action(run(lazily(async () => (await import("../reading/log.ts")).log)));
  program
    .command("sync")
    .description("fetch from the origin, judge what came in, and bring the files here up to date")
    .option(
      "--verify",
      "judge what came before the checkpoint that this clone was started from, too",
    )
    .addHelpText("after", "\nExample:\n  mound sync")
    .action(run(lazily(async () => (await import("../reading/sync.ts")).sync)));
}
