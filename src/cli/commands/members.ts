import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { collect } from "../options.ts";
import { withRoots } from "./with-roots.ts";

/** Who is in the mound, with what key, and by whose leave. */
export function addMemberCommands(program: Command, run: Run): void {
  program
    .command("join")
    .description("become a member, or say anew what you can do")
    .option(
      "--can <skill>",
      "what you can do; may be repeated; replaces what was said before",
      collect,
    )
    .option("--name <name>", "a name for people")
    .option("--operator <agent>", "who stands behind you; counts once it has signed too")
    .option("--key <file>", "use this key: a private key file, or ssh-agent; a new one unless said")
    .addHelpText("after", "\nExample:\n  mound join --as ant-3 --can typescript --can review")
    .action(run(lazily(async () => (await import("../members/join.ts")).join)));
  program
    .command("leave")
    .description("be a member no more; joining again is possible")
    .addHelpText("after", "\nExample:\n  mound leave --as ant-3")
    .action(run(lazily(async () => (await import("../members/govern.ts")).leave)));
  program
    .command("whoami")
    .description("who acts: key, fingerprint, role, skills, and the tasks held")
    .addHelpText("after", "\nExample:\n  mound whoami --as ant-3")
    .action(run(lazily(async () => (await import("../members/identity.ts")).whoami)));
  program
    .command("invite <key...>")
    .description(
      "let a key join: its fingerprint, its public key line, or the file that holds it (roots only)",
    )
    .option("--note <text>", "whose it is")
    .addHelpText(
      "after",
      "\nExamples:\n  mound invite SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE --as ant-1\n  mound invite ~/.ssh/id_ed25519.pub --as ant-1",
    )
    .action(run(lazily(async () => (await import("../members/govern.ts")).invite)));
  addAgentCommands(
    program.command("agent").description("list, show and revoke agents; change your own key"),
    run,
  );
  addRootCommands(program, run);
}

function addAgentCommands(agent: Command, run: Run): void {
  agent
    .command("list")
    .description("everyone who ever joined, one line each")
    .addHelpText("after", "\nExample:\n  mound agent list")
    .action(run(lazily(async () => (await import("../members/identity.ts")).listAgents)));
  agent
    .command("show <agent>")
    .description("everything about an agent")
    .addHelpText("after", "\nExample:\n  mound agent show ant-3")
    .action(run(lazily(async () => (await import("../members/identity.ts")).showAgent)));
  agent
    .command("card <agent>")
    .description("an agent as A2A describes one, as JSON")
    .addHelpText("after", "\nExample:\n  mound agent card ant-3 > ant-3.agent-card.json")
    .action(run(lazily(async () => (await import("../able/card.ts")).showCard)));
  withRoots(
    agent
      .command("rotate")
      .description("a new key for the acting agent, signed by the old one and the new"),
  )
    .option("--key <file>", "use this key: a private key file, or ssh-agent; a new one unless said")
    .addHelpText("after", "\nExample:\n  mound agent rotate --as ant-3")
    .action(run(lazily(async () => (await import("../members/rotate.ts")).rotate)));
  agent
    .command("revoke <agent>")
    .description(
      "nothing that its key signs counts any more; for good (by a root, or by the agent itself)",
    )
    .option("--reason <text>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  mound agent revoke ant-3 --reason "its key was copied" --as ant-1',
    )
    .action(run(lazily(async () => (await import("../members/govern.ts")).revoke)));
}

function addRootCommands(program: Command, run: Run): void {
  const root = program
    .command("root")
    .description("who decides about the mound's settings and members");
  for (const [name, change, what] of [
    ["add", "addRoot", "make a member a root"],
    ["remove", "removeRoot", "it is a root no more"],
  ] as const) {
    withRoots(root.command(`${name} <agent>`).description(what))
      .addHelpText("after", `\nExample:\n  mound root ${name} ant-2 --as ant-1`)
      .action(
        run(
          lazily(async () => {
            const { changeRoots } = await import("../members/govern.ts");
            return (context, [agent], options) => changeRoots(context, change, agent!, options);
          }),
        ),
      );
  }
  const get = lazily(async () => (await import("../members/govern.ts")).getConfig);
  const config = program
    .command("config")
    .description("the mound's settings")
    .addHelpText("after", SETTINGS_HELP)
    .action(run(get));
  config
    .command("get [key]")
    .description("all settings, or one")
    .addHelpText("after", "\nExample:\n  mound config get lease_max")
    .action(run(get));
  withRoots(
    config
      .command("set <key> <value>")
      .description("change one; as many roots sign as the threshold says"),
  )
    .addHelpText("after", "\nExample:\n  mound config set threshold 2 --with ant-2 --as ant-1")
    .action(run(lazily(async () => (await import("../members/govern.ts")).setConfig)));
}

const SETTINGS_HELP = `
Settings of trust; as long as they are not set they change nothing:
  vouches       where membership is vouched, how many vouches let a key in
  vouch_trust   and how far who gives them is trusted at least, from 0 to 1
  limits        trusted: newcomers have a quarter of claims_max and lease_max, and more with trust; or fixed
  cooldown      how long who lets a claim lapse takes nothing; twice as long each time, at most 24h; or none
  quarantine    after so many lapses a task waits for its creator to look at it; 0: it never does
  review_value  tasks of this value and above take an independent review; 0: none does
  review_trust  and how far the reviewer of those is trusted at least, from 0 to 1

Examples:
  mound config
  mound config set lease_default 30m --as ant-1
  mound config set cooldown 5m --as ant-1`;
