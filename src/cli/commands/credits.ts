import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { withRoots } from "./with-roots.ts";

/** Credits: what roots grant, what is locked on tasks, and what is lost. */
export function addCreditCommands(program: Command, run: Run): void {
  withRoots(
    program
      .command("grant <agent> <amount>")
      .description("give a member credits; as many roots sign as the threshold says"),
  )
    .requiredOption("--reason <text>", "what for, in one line")
    .addHelpText("after", GRANT_HELP)
    .action(run(lazily(async () => (await import("../credits/grant.ts")).grant)));
  program
    .command("balance [agent]")
    .description(
      "what an agent has free and locked, and what it has lost; without one, what all have",
    )
    .addHelpText("after", "\nExample:\n  mound balance ant-3")
    .action(run(lazily(async () => (await import("../credits/balance.ts")).balance)));
  program
    .command("ledger [agent]")
    .description(
      "every credit granted, locked, returned and forfeited, with the commit that did it",
    )
    .option("--limit <n>", "the newest so many entries; 50 unless said")
    .addHelpText("after", LEDGER_HELP)
    .action(run(lazily(async () => (await import("../credits/ledger.ts")).ledger)));
}

const GRANT_HELP = `
Credits are locked by claims on tasks that ask for it (mound task add --stake). They do not go from one agent to
another, and a grant is not taken back.

Examples:
  mound grant ant-3 100 --reason "to begin with" --as ant-1
  mound grant ant-3 100 --reason "to begin with" --as ant-1 --with ant-2`;

const LEDGER_HELP = `
A claim locks the stake of its task. Done and released return it; failed forfeits half of it, rounded up; a lease
that lapses forfeits all of it once somebody takes over or cancels.

Examples:
  mound ledger ant-3
  mound ledger --limit 200 --json`;
