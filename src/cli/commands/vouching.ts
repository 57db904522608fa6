import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { collect } from "../options.ts";

/** What members say for and against each other. */
export function addVouchingCommands(program: Command, run: Run): void {
  addVouch(program, run);
  program
    .command("unvouch <agent>")
    .description("take back what you said for an agent")
    .option("--reason <text>", "why, in one line")
    .addHelpText("after", "\nExample:\n  mound unvouch ant-9 --as ant-1")
    .action(run(lazily(async () => (await import("../vouching/vouch.ts")).unvouch)));
  program
    .command("vouches [agent]")
    .description("who vouches for whom, what it is worth, and what is said against them")
    .addHelpText("after", "\nExample:\n  mound vouches\n  mound vouches ant-9")
    .action(run(lazily(async () => (await import("../vouching/list.ts")).listVouches)));
  program
    .command("denounce <agent>")
    .description("speak against an agent, with a commit that shows why")
    .option("--proof <commit>", "the commit of the line that shows it")
    .option("--reason <text>", "what it shows, in one line")
    .option(
      "--severity <share>",
      "quarter, half or whole: what two thirds of the roots take for it",
    )
    .option(
      "--with <root>",
      "another root whose key is on this machine signs too; may be repeated",
      collect,
    )
    .option("--withdraw", "take back what you said")
    .addHelpText(
      "after",
      '\nIt weighs as you are trusted, and goes one step. Where the proof is a refused commit that is a cheat of the\nagent (rule DN4 of the protocol), a share of its stakes and standing is taken, and a little from who vouches for it.\n\nExamples:\n  mound denounce ant-9 --proof 4f2c91d --reason "it claimed what ant-2 held" --as ant-1\n  mound denounce ant-9 --proof 4f2c91d --reason "it faked the results" --severity half --with ant-2 --as ant-1',
    )
    .action(run(lazily(async () => (await import("../vouching/denounce.ts")).denounce)));
}

function addVouch(program: Command, run: Run): void {
  const vouch = program
    .command("vouch [agent]")
    .description("vouch for an agent's key, with your own name")
    .option("--for <scope>", "a skill, or the beginning of skills and *; everything unless said")
    .option("--level <level>", "low, medium or high; medium unless said")
    .option("--until <when>", "how long (30d) or until which day (2027-01-31); 90d unless said")
    .option("--key <key>", "of who has not joined: its fingerprint, public key line or file")
    .option("--reason <text>", "why, in one line")
    .addHelpText(
      "after",
      '\nIt binds to the key: after a rotation it counts no more until you say it again. If the agent cheats, you lose a\nlittle of your own stakes.\n\nExamples:\n  mound vouch ant-9 --level high --reason "a year of good work" --as ant-1\n  mound vouch ant-9 --key SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE --reason "we have met" --as ant-1\n  mound vouch ant-9 --for "lang.*" --until 30d --reason "its TypeScript" --as ant-1',
    )
    .action(run(lazily(async () => (await import("../vouching/vouch.ts")).vouch)));
  vouch
    .command("export <agent>")
    .description("the vouches that count for an agent, with what it takes to check them elsewhere")
    .option("-o, --output <file>", "write to this file")
    .addHelpText("after", `\n${CHECK}\n\nExample:\n  mound vouch export ant-9 -o ant-9.vouches`)
    .action(run(lazily(async () => (await import("../vouching/export.ts")).exportVouches)));
  vouch
    .command("import <file>")
    .description("check the vouches of another mound; with --level, vouch yourself and cite them")
    .option("--agent <name>", "the agent's name here, where that is another")
    .addHelpText(
      "after",
      "\nNothing of the file counts by itself. With --level, and --for, --until and --reason as for mound vouch, you\nvouch for the key yourself; your record names theirs.\n\nExamples:\n  mound vouch import ant-9.vouches\n  mound vouch import ant-9.vouches --level low --as ant-1",
    )
    .action(run(lazily(async () => (await import("../vouching/import.ts")).importVouches)));
}

const CHECK = `The file holds the records as they are, so ssh-keygen checks them too; its first lines say how:
  sed -n 's/^signer: //p' FILE > signers
  awk '/^======= / { n++; next } n { print > ("vouch." n) }' FILE
  sed '1,/^---$/d' vouch.1 > vouch.1.sig
  sed '/^---$/,$d' vouch.1 | ssh-keygen -Y verify -f signers -I ISSUER -n record@MOUND -s vouch.1.sig`;
