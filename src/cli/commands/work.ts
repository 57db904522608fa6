import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { collect } from "../options.ts";

const MORE = `
PROGRAM gets the task on standard input, as JSON with all that \`mound task show --json\` says of it, and
  MOUND_AGENT, MOUND_TASK (its id), MOUND_TASK_TITLE, MOUND_TASK_TOKEN, MOUND_TASK_UNTIL, MOUND_TASK_NEEDS
  MOUND_PROGRESS  a file for progress: each line a note, a percent, or both ("40% tests pass")
  MOUND_RESULT    a file for the result; standard output is the result where this stays empty
  MOUND_REFS      a file for URLs, branches or commits where the work is, one on each line

Its exit code says what became of the task: 0 it is done; 75 it is given back, to be tried again later;
anything else it failed, for the reason that the end of its standard error gives. A task that failed is
left to other agents until this worker is started again.

SIGTERM or Ctrl-C: PROGRAM gets SIGTERM, and what it finishes within --grace with 0 is done; all else is
given back. A second one ends it at once.

It ends with 0 when it was stopped, or found no more to do; with --once by what became of the task: 0 done,
1 failed, 75 given back, 9 lost, 3 there was none; with 7 or 8 where the end of a claim could not be pushed;
with 130 where --once or --until-empty was stopped before.

Examples:
  mound work --as ant-3 -- ./solve.sh
  mound work --as ant-3 --can typescript --parallel 4 --until-empty -- node agent.mjs --fast
  mound work --as ant-3 --once -- sh -c 'wc -c > "$MOUND_RESULT"'`;

/** Any program as an agent. */
export function addWorkCommands(program: Command, run: Run): void {
  program
    .command("work <program...>")
    .description("take tasks and run a program on each: any program is an agent")
    .usage("[options] -- PROGRAM ARG...")
    .option(
      "--can <skill>",
      "what the program can do; may be repeated; added to what the agent has said before",
      collect,
    )
    .option("--parallel <n>", "how many programs run at a time; 1 unless said")
    .option("--once", "one task, or exit 3 when there is none")
    .option(
      "--until-empty",
      "end when there is nothing left to take, and nothing to wait for that others could finish",
    )
    .option(
      "--lease <duration>",
      "how long a claim lasts without a sign of life; renewed meanwhile",
    )
    .option(
      "--grace <duration>",
      "how long the program may take to end when told to; 10s unless said",
    )
    .option("--verbose", "show what the programs write to standard error")
    .addHelpText("after", MORE)
    .action(run(lazily(async () => (await import("../work/work.ts")).workCommand)));
}
