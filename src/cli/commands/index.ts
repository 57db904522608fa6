import type { Command } from "commander";
import type { Run } from "../main.ts";
import { addClaimCommands } from "./claims.ts";
import { addHelpCommands } from "./help.ts";
import { addReadCommands } from "./read.ts";
import { addTaskCommands } from "./tasks.ts";

/** Every group of commands, in the order in which help lists them. */
export const COMMANDS: readonly ((program: Command, run: Run) => void)[] = [addTaskCommands, addClaimCommands, addReadCommands, addHelpCommands];
