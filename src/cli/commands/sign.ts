import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Hand-written records, and what stock tools need to verify. */
export function addSigningCommands(program: Command, run: Run): void {
  program
    .command("sign <file>")
    .description("check a hand-written record as the judge would, and sign it as the acting agent")
    .option("--fill", "add the lines for at, seen and nonce that are missing")
    .addHelpText(
      "after",
      "\nExample:\n  mound sign tasks/k3/k3f9qz7-fix-login/claim.lock --fill --as ant-3",
    )
    .action(run(lazily(async () => (await import("../signing/sign.ts")).sign)));
  program
    .command("allowed-signers")
    .description(
      "the file by which stock ssh-keygen and git verify: every key that an agent has or had",
    )
    .option("--write", "put it where this clone's git looks for it")
    .addHelpText("after", "\nExample:\n  mound allowed-signers --write && git log --show-signature")
    .action(
      run(lazily(async () => (await import("../signing/allowed-signers.ts")).allowedSigners)),
    );
}
