import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Who is trusted how far, and why. */
export function addTrustCommands(program: Command, run: Run): void {
  const trust = program
    .command("trust [agent]")
    .description("how far everyone is trusted; of one agent, what made it so and until when")
    .option("--from <agent>", "as this member sees it, itself a root with a veto; `me`: who acts")
    .option("--for <skill>", "for work that needs this skill, where there is enough evidence")
    .option(
      "--at <commit|time>",
      "as it was then: a commit, a time (RFC 3339), or how long ago (2h)",
    )
    .addHelpText("after", TRUST_HELP)
    .action(run(lazily(async () => (await import("../trust/trust.ts")).trust)));
  trust
    .command("diff [agent] [other]")
    .description("where two members see trust differently, and why; same roots, same view")
    .option("--for <skill>", "for work that needs this skill")
    .option("--at <commit|time>", "as it was then")
    .addHelpText("after", "\nExample:\n  mound trust diff ant-2 ant-3")
    .action(run(lazily(async () => (await import("../trust/diff.ts")).diff)));
}

const TRUST_HELP = `
Computed from the log alone, alike for all: work that was accepted, rejected, failed or lapsed, vouches,
denouncements and slashes, each by how far the roots trust who says so. Deeds and denouncements fade within half
a year, a slash within a year; a vouch counts until its day.

Examples:
  mound trust
  mound trust ant-3 --for typescript
  mound trust ant-3 --from me --as ant-2`;
