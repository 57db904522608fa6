import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";
import { collect } from "../options.ts";
import { describeTask } from "../tasks/options.ts";

/** The work itself: adding, looking, changing, judging. */
export function addTaskCommands(program: Command, run: Run): void {
  const task = program.command("task").description("add, list, show and change tasks");
  const change = (name: "addTask" | "editTask" | "cancelTask" | "reviewTask") =>
    run(lazily(async () => (await import("../tasks/change.ts"))[name]));
  describeTask(task.command("add <title>").description("add a task"))
    .addHelpText(
      "after",
      '\nExample:\n  mound task add "Fix the login" --needs typescript --priority 3 --as ant-1',
    )
    .action(change("addTask"));
  task
    .command("import <file>")
    .description("add many tasks in one commit, from YAML or NDJSON; - for standard input")
    .addHelpText("after", IMPORT_HELP)
    .action(run(lazily(async () => (await import("../tasks/import.ts")).importTasks)));
  task
    .command("list")
    .description("the tasks, one line each")
    .option(
      "--status <status>",
      "only these: open, claimed, lapsed, quarantined, blocked, done, accepted, failed, cancelled; may be repeated",
      collect,
    )
    .option("--needs <skill>", "only those that need this skill; may be repeated", collect)
    .option("--mine", "only those that I hold")
    .option("--limit <n>", "at most so many; 50 unless said")
    .option("--at <commit|time>", AT)
    .addHelpText("after", "\nExample:\n  mound task list --status open --status lapsed")
    .action(run(lazily(async () => (await import("../tasks/list.ts")).listTasks)));
  task
    .command("show <task>")
    .description("everything about a task")
    .option("--at <commit|time>", AT)
    .addHelpText("after", "\nExample:\n  mound task show k3f9")
    .action(run(lazily(async () => (await import("../tasks/show.ts")).showTask)));
  describeTask(
    task
      .command("edit <task>")
      .description(
        "change a task that you made; an empty value takes a field away, no option frees a quarantined task",
      )
      .option("--title <text>", "what it is called"),
  )
    // After `--shared`: where it comes first, a task is shared unless said.
    .option("--no-shared", "its paths are its own again")
    .addHelpText("after", "\nExample:\n  mound task edit k3f9 --priority 4 --trust 0.4 --as ant-1")
    .action(change("editTask"));
  task
    .command("cancel <task>")
    .description("call a task off; a claim on it ends")
    .option("--reason <text>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  mound task cancel k3f9 --reason "no longer needed" --as ant-1',
    )
    .action(change("cancelTask"));
  task
    .command("review <task>")
    .description("accept what was done, or send it back")
    .option("--accept", "it is good")
    .option("--reject", "it is open again")
    .option("--reason <text>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  mound task review k3f9 --reject --reason "the tests fail" --as ant-1',
    )
    .action(change("reviewTask"));
}

const AT = "as it was then: a commit, a time (RFC 3339), or how long ago (2h)";

const IMPORT_HELP = `
Fields: title, body, needs, after, after_any, paths, shared, priority, deadline, lease, attempts, review, reviewer,
parent, trust, value, stake, and label: a name by which the entries of the file name each other in \`after\`,
\`after_any\` and \`parent\`.

Example:
  printf '%s\\n' '- {title: Write it, label: write}' '- {title: Test it, after: [write]}' | mound task import - --as ant-1`;
