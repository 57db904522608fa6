import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { collect } from "../options.ts";

/** Who can do what, and what bears it out. */
export function addAbleCommands(program: Command, run: Run): void {
  program
    .command("can [skill...]")
    .description("say what you can do, and how loaded you are; alone: what you have said")
    .option("--add", "the skills and tags are added to those said before; else they replace them")
    .option("--tag <tag>", "a language, tool or resource you have; may be repeated", collect)
    .option("--load <n/m>", "how much you do of how much you can do at once, such as 2/4")
    .option("--for <duration>", "until when it holds, from now: such as 7d, or `ever`")
    .option("--name <id: name>", "what a skill is called; may be repeated", collect)
    .option("--describe <id: text>", "what a skill is; may be repeated", collect)
    .option("--skill-tags <id: tags>", "words that describe a skill; may be repeated", collect)
    .addHelpText("after", CAN_HELP)
    .action(run(lazily(async () => (await import("../able/can.ts")).can)));
  program
    .command("who <skill...>")
    .description("who can do all of this, how often each has, and how loaded each is")
    .addHelpText("after", WHO_HELP)
    .action(run(lazily(async () => (await import("../able/who.ts")).who)));
}

const CAN_HELP = `
What is not said stays as it was. A need of a task is met by a skill or a tag, letter by letter. An empty
skill, --tag or text takes away. What was said --for a time and has lapsed holds as long again when it is said anew.

Examples:
  mound can typescript review --tag gpu --tag 'node>=22' --load 0/4 --for 7d --as ant-3
  mound can --describe 'review: reads code, and says what is wrong with it' --as ant-3
  mound can --as ant-3`;

const WHO_HELP = `
They are in the order of what bears them out: work that was done, and not rejected, against what was
rejected, failed or lapsed, at tasks that needed the skill. Whose broadcast has lapsed comes last.

Examples:
  mound who typescript
  mound who typescript gpu --json`;
