import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Whether this machine and this clone are well. */
export function addDoctorCommands(program: Command, run: Run): void {
  program
    .command("doctor")
    .description("check this machine, the clone and its origin; exit 6 when something fails")
    .option(
      "--fix",
      "mend what is safe to mend: settings here, modes of keys, locks without an owner, old files",
    )
    .addHelpText(
      "after",
      "\nEach finding that can be mended is followed by a command that does it.\n\nExample:\n  mound doctor\n  mound doctor --fix --json",
    )
    .action(run(lazily(async () => (await import("../doctor/doctor.ts")).doctor)));
}
