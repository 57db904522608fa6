import type { Command } from "commander";
import type { Run } from "../main.ts";
import { addClaimCommands } from "./claims.ts";

/** Every group of commands, in the order in which help lists them. */
export const COMMANDS: readonly ((program: Command, run: Run) => void)[] = [addClaimCommands];
