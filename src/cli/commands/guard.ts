import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** The guard of a repository of code: commits there are compared with live claims. */
export function addGuardCommands(program: Command, run: Run): void {
  const guard = program
    .command("guard")
    .description("keep commits to the code off the paths of someone else's live claim");
  guard
    .command("install")
    .description("put the guard before every commit of the repository of code around this folder")
    .option("--mound <dir>", "where the mound is, unless it is beside the code or above it")
    .option("--block", "refuse such a commit (this is so unless said)")
    .option("--warn", "let it go on, and tell")
    .option("--require-claim", "refuse edits outside one's own claims too")
    .option("--strict", "ask the origin each time, and refuse where that cannot be done")
    .addHelpText(
      "after",
      "\nExamples:\n  mound guard install --as ant-1\n  mound guard install -C ~/code --mound ~/plan --warn",
    )
    .action(run(lazily(async () => (await import("../guard/install.ts")).installGuard)));
  guard
    .command("remove")
    .description("take the guard away again, and put back the hook that was there")
    .addHelpText("after", "\nExample:\n  mound guard remove")
    .action(run(lazily(async () => (await import("../guard/install.ts")).removeGuard)));
  guard
    .command("check [files...]")
    .description(
      "say whose claims files are under: those that are named, else those that are staged",
    )
    .option("--staged", "what the next commit changes (this is so where no file is named)")
    .option("--require-claim", "they are to be under one's own claims")
    .option("--strict", "ask the origin first, and fail where that cannot be done")
    .option(
      "--hook",
      "as the hook does: by its settings, and whatever keeps it from looking stops no commit",
    )
    .addHelpText("after", "\nExample:\n  mound guard check src/auth/login.ts --as ant-1")
    .action(run(lazily(async () => (await import("../guard/check.ts")).checkGuard)));
}
