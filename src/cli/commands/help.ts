import type { Command } from "commander";
import type { Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import type { Run } from "../main.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";

/** What there is to type. */
export function addHelpCommands(program: Command, run: Run): void {
  program
    .command("help [command...]")
    .description("what a command does; `mound help exit-codes` lists the exit codes")
    .addHelpText("after", "\nExample:\n  mound help task import\n  mound help --json")
    .action(
      run(async (context, words) =>
        help(
          program,
          context,
          words.filter((word) => word !== undefined),
        ),
      ),
    );
}

/** The exit codes of DESIGN §9, in words. */
const EXIT_CODES: readonly (readonly [code: number, name: string, meaning: string])[] = [
  [EXIT.ok, "ok", "It is done, or it was so already."],
  [EXIT.bug, "bug", "The disk, git or Mound itself failed."],
  [EXIT.usage, "usage", "What was typed, or a file that was given, is not right."],
  [EXIT.missing, "missing", "It does not exist, or there is nothing to take."],
  [EXIT.refused, "refused", "It is not allowed: blocked, a missing skill, not a member, finished."],
  [EXIT.lost, "lost", "Another was faster: the task is held. Take another one."],
  [
    EXIT.finding,
    "finding",
    "Something is wrong: an audit or `mound doctor` found it, or the history was rewritten.",
  ],
  [
    EXIT.unreachable,
    "unreachable",
    "The origin cannot be reached, or it refuses. Try again later.",
  ],
  [EXIT.unknown, "unknown", "It may or may not have landed. `mound sync` finds out."],
  [EXIT.fenced, "fenced", "Your token is no longer current. Stop working on that task."],
];

async function help(program: Command, context: Context, words: readonly string[]): Promise<Report> {
  if (words.length === 1 && words[0] === "exit-codes") {
    const codes = EXIT_CODES.map(([code, name, meaning]) => ({ code, name, meaning }));
    return {
      data: { exit_codes: codes },
      text: codes
        .map(({ code, name, meaning }) => `${code}  ${name.padEnd(12)} ${meaning}`)
        .join("\n"),
    };
  }
  const command = find(program, words);
  if (context.options.json === true) return { data: { command: describe(command) }, text: "" };
  return { data: undefined, text: helpText(command) };
}

function find(program: Command, words: readonly string[]): Command {
  let at = program;
  for (const word of words) {
    const next = at.commands.find(
      (command) => command.name() === word || command.aliases().includes(word),
    );
    if (next === undefined)
      throw new UsageError(`There is no command \`mound ${words.join(" ")}\`.`, "mound help");
    at = next;
  }
  return at;
}

/** The help with what stands after it: commander gives that to a writer only. */
function helpText(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => void (text += part) }).outputHelp();
  return text.trimEnd();
}

interface Described {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly variadic: boolean;
  }[];
  readonly options: readonly {
    readonly flags: string;
    readonly description: string;
    readonly required: boolean;
  }[];
  readonly commands: readonly Described[];
}

function describe(command: Command): Described {
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      variadic: argument.variadic,
    })),
    options: command.options.map(({ flags, description, mandatory }) => ({
      flags,
      description,
      required: mandatory,
    })),
    commands: command.commands.map(describe),
  };
}
