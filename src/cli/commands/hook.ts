import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** The judge at the door of a repository that one hosts oneself. */
export function addHookCommands(program: Command, run: Run): void {
  const hook = program
    .command("hook")
    .description("have every push to a bare repository judged before it is taken");
  hook
    .command("install <repository>")
    .description("put the judge at its door, and judge what is there already")
    .option("--branch <branch>", "the mound's branch, in a repository that has others beside it")
    .option("--force", "replace a hook that is there, and keep a copy of it")
    .addHelpText(
      "after",
      "\nExamples:\n  mound hook install /srv/git/plan.git\n  mound hook install /srv/git/code.git --branch mound",
    )
    .action(run(lazily(async () => (await import("../hook/install.ts")).install)));
  hook
    .command("remove <repository>")
    .description("take the judge away again")
    .addHelpText("after", "\nExample:\n  mound hook remove /srv/git/plan.git")
    .action(run(lazily(async () => (await import("../hook/install.ts")).remove)));
  hook
    .command("pre-receive")
    .description("judge a push; git calls it, or a hook of your own with its standard input")
    .addHelpText(
      "after",
      "\nExample:\n  moves=$(cat)  # in hooks/pre-receive, beside checks of your own\n  printf '%s\\n' \"$moves\" | ./my-checks && printf '%s\\n' \"$moves\" | mound hook pre-receive",
    )
    .action(run(lazily(async () => (await import("../hook/judge.ts")).judgePush)));
}
