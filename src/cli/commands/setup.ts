import { Option, type Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { collect } from "../options.ts";

/** Beginning a mound, taking part in one, and moving it. */
export function addSetupCommands(program: Command, run: Run): void {
  program
    .command("init [dir]")
    .description("begin a mound; the first agent is its root")
    .option("--name <name>", "what people call it; the folder's name unless said")
    .option(
      "--remote <url>",
      "the git repository that is its origin; one inside the clone unless said",
    )
    .option(
      "--in <repo>",
      "put it beside the code of this repository: a branch of its own, a clone in REPO/.mound",
    )
    .option("--branch <branch>", "main unless said; beside code, mound")
    .addOption(
      new Option("--membership <who>", "who may join")
        .choices(["open", "invited", "vouched"])
        .default("open"),
    )
    .option("--can <skill>", "what the first agent can do; may be repeated", collect)
    .option("--key <file>", "use this key: a private key file, or ssh-agent")
    .option(
      "--ci <host>",
      "audit the line in the CI of github, gitlab or forgejo; may be repeated; github where the origin is there, unless none is said",
      collect,
    )
    .addHelpText(
      "after",
      "\nExamples:\n  mound init plan --as ant-1\n  mound init --in . --as ant-1\n  mound init plan --remote git@host:team/plan.git --as ant-1",
    )
    .action(run(lazily(async () => (await import("../setup/init.ts")).init)));
  program
    .command("clone [url] [dir]")
    .description("take part in a mound: fetch it, and judge all of its history")
    .option(
      "--id <id>",
      "refuse any other mound than this: its id, or at least sixteen characters of it",
    )
    .option("--in <repo>", "the mound beside the code of this repository, into REPO/.mound")
    .option("--branch <branch>", "the branch that holds the mound, where there are several")
    .option(
      "--from-checkpoint",
      "start from a state that the first roots have signed; judge the rest later",
    )
    .option(
      "--trust <fingerprint>",
      "of a key to trust instead of theirs; may be repeated",
      collect,
    )
    .option(
      "--quorum <n>",
      "so many trusted keys must have signed the same; the roots' threshold unless said",
    )
    .addHelpText("after", "\nExamples:\n  mound clone git@host:team/plan.git\n  mound clone --in .")
    .action(run(lazily(async () => (await import("../setup/clone.ts")).clone)));
  program
    .command("ci <host...>")
    .description(
      "audit the line in the CI of github, gitlab or forgejo, or renew that (roots only)",
    )
    .addHelpText("after", "\nExample:\n  mound ci github --as ant-1")
    .action(run(lazily(async () => (await import("../setup/ci.ts")).ci)));
  program
    .command("publish <url>")
    .description("move the origin inside this clone to a git host; the old one is frozen")
    .addHelpText("after", "\nExample:\n  mound publish git@host:team/plan.git")
    .action(run(lazily(async () => (await import("../setup/publish.ts")).publish)));
}
