import type { Command } from "commander";
import { collect } from "../options.ts";

/** Further roots whose keys are on this machine, where the threshold asks for several. */
export function withRoots(command: Command): Command {
  return command.option(
    "--with <root>",
    "another root whose key is on this machine signs too; may be repeated",
    collect,
  );
}
