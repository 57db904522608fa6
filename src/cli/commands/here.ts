import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Who is around. */
export function addPresenceCommands(program: Command, run: Run): void {
  program
    .command("here")
    .description("who is around, by heartbeats and by recent commits")
    .option("--say", "say that I am here, and for how long that holds")
    .option("--bye", "say that I am leaving")
    .option("--all", "also those who were last seen more than a day ago")
    .addHelpText("after", "\nExample:\n  mound here\n  mound here --say --as ant-3")
    .action(run(lazily(async () => (await import("../reading/here.ts")).here)));
}
