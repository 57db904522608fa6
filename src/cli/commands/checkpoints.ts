import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Signing what the state is, so that others need not fold all of history to know it. */
export function addCheckpointCommands(program: Command, run: Run): void {
  program
    .command("checkpoint [commit]")
    .description("sign what the state is, and lay it beside the line for clones to start from")
    .addHelpText(
      "after",
      "\nWith a commit: fold up to it, and sign what another has signed of it if it is true.\n\nExample:\n  mound checkpoint --as ant-1\n  mound checkpoint 9f2c41d07ab3e5586c1d0f7a2b9e4c63d8015f2a --as ant-2",
    )
    .action(run(lazily(async () => (await import("../checkpoints/checkpoint.ts")).checkpoint)));
}
