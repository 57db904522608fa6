import type { Command } from "commander";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import type { Run } from "../main.ts";
import {
  collect,
  durationOption,
  fileOption,
  numberOption,
  textOption,
  tokenOption,
} from "../options.ts";
import type { Report } from "../report.ts";
import { taskJson, taskLine } from "../shapes.ts";
import type { TaskId } from "../../protocol/ids.ts";

/** What an agent does with a task: find, take, hold on to, and finish it. */
export function addClaimCommands(program: Command, run: Run): void {
  addTaking(program, run);
  addHolding(program, run);
  addFinishing(program, run);
}

function addTaking(program: Command, run: Run): void {
  program
    .command("next")
    .description("the best open task for me; with --claim, pick and claim as one decision")
    .option("--claim", "claim it too; when another is faster, pick again")
    .option("--lease <duration>", "how long to hold it without a sign of life, or as long as I may")
    .option("--explain", "show what each of the best tasks weighs, and why; claims nothing")
    .addHelpText(
      "after",
      "\nExample:\n  mound next --claim --as ant-3\n  mound next --explain --as ant-3",
    )
    .action(run(next));
  program
    .command("claim <task>")
    .description("take a task under a lease with a fencing token")
    .option("--lease <duration>", "how long to hold it without a sign of life")
    .addHelpText("after", "\nExample:\n  mound claim k3f9 --lease 30m --as ant-3")
    .action(
      run(async (context, [task], options) =>
        claimed(context, await act(context, { type: "claim", task: task!, ...lease(options) })),
      ),
    );
}

function addHolding(program: Command, run: Run): void {
  program
    .command("renew <task>")
    .description("hold on to a task: a later end of the lease, under the same token")
    .option("--lease <duration>", "how long from now")
    .option("--token <n>", "the token you hold, where several processes act under one name")
    .addHelpText("after", "\nExample:\n  mound renew k3f9 --as ant-3")
    .action(
      run(async (context, [task], options) =>
        claimed(
          context,
          await act(context, {
            type: "renew",
            task: task!,
            ...lease(options),
            ...tokenOption(options),
          }),
        ),
      ),
    );
  program
    .command("progress <task>")
    .description("say how far the work is; this renews the lease")
    .option("--percent <n>", "0 to 100")
    .option("--note <text>", "one line for people")
    .option(
      "-F, --file <file>",
      "a checkpoint from which another could go on; - for standard input",
    )
    .option("--lease <duration>", "how long from now")
    .option("--token <n>", "the token you hold")
    .addHelpText(
      "after",
      '\nExample:\n  mound progress k3f9 --percent 40 --note "tests pass" --as ant-3',
    )
    .action(run(progress));
}

function addFinishing(program: Command, run: Run): void {
  program
    .command("release <task>")
    .description("give a task back; it is open again")
    .option("--reason <text>", "why")
    .option("--token <n>", "the token you hold")
    .addHelpText("after", "\nExample:\n  mound release k3f9 --as ant-3")
    .action(run((context, [task], options) => finish(context, task!, "released", options)));
  program
    .command("done <task>")
    .description("finish a task with its result")
    .option("--result <text>", "what came of it")
    .option("-F, --file <file>", "the result from a file; - for standard input")
    .option("--ref <ref>", "a URL, branch or commit where the work is; may be repeated", collect)
    .option("--token <n>", "the token you hold")
    .addHelpText("after", '\nExample:\n  mound done k3f9 --result "fixed" --ref 9f2c41d --as ant-3')
    .action(run((context, [task], options) => finish(context, task!, "done", options)));
  program
    .command("fail <task>")
    .description("say that you could not do a task; others may try")
    .requiredOption("--reason <text>", "what went wrong")
    .option("--token <n>", "the token you hold")
    .addHelpText(
      "after",
      '\nExample:\n  mound fail k3f9 --reason "no access to the database" --as ant-3',
    )
    .action(run((context, [task], options) => finish(context, task!, "failed", options)));
}

async function next(
  context: Context,
  _args: readonly unknown[],
  options: Record<string, unknown>,
): Promise<Report> {
  if (options["claim"] === true && options["explain"] !== true)
    return claimed(context, await act(context, { type: "next", ...lease(options) }));
  const { offer } = await import("../matching/offer.ts");
  return offer(context, options);
}

async function progress(
  context: Context,
  [task]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const percent = numberOption(options["percent"], "--percent", 0, 100);
  const note = textOption(options["note"]);
  const checkpoint = await fileOption(context, options["file"]);
  const said = {
    ...(percent === undefined ? {} : { percent }),
    ...(note === undefined ? {} : { note }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
  return claimed(
    context,
    await act(context, {
      type: "renew",
      task: task!,
      ...lease(options),
      ...tokenOption(options),
      progress: said,
    }),
  );
}

async function finish(
  context: Context,
  task: string,
  outcome: "done" | "failed" | "released",
  options: Record<string, unknown>,
): Promise<Report> {
  const whole = textOption(options["result"]) ?? (await fileOption(context, options["file"]));
  const { cutResult } = await import("../../open/result-file.ts");
  const cut =
    whole === undefined ? undefined : await cutResult(context.clone().commonDir, task, whole);
  const reason = textOption(options["reason"]);
  const refs = options["ref"] as string[] | undefined;
  const accepted = await act(context, {
    type: "finish",
    task,
    outcome,
    ...tokenOption(options),
    ...(cut === undefined ? {} : { result: cut.text }),
    ...(cut?.sha256 === undefined ? {} : { resultSha256: cut.sha256 }),
    ...(reason === undefined ? {} : { reason }),
    ...(refs === undefined ? {} : { refs }),
  });
  const view = await context.task(accepted.answer.tasks[0]!);
  const notes =
    cut?.file === undefined
      ? []
      : [
          `The result is longer than a record may be: its beginning was recorded, the whole is in ${cut.file}.`,
        ];
  return {
    data: {
      task: taskJson(view),
      token: accepted.answer.token,
      commit: accepted.commit ?? null,
      already: accepted.answer.already === true,
    },
    text: taskLine(view),
    next: outcome === "done" ? ["mound next --claim"] : [],
    notes,
  };
}

/** The report of a command after which the agent holds a task. */
async function claimed(
  context: Context,
  accepted: Awaited<ReturnType<typeof act>>,
): Promise<Report> {
  const task = await context.task(accepted.answer.tasks[0] as TaskId);
  return {
    data: {
      task: taskJson(task),
      token: accepted.answer.token,
      commit: accepted.commit ?? null,
      already: accepted.answer.already === true,
    },
    text: taskLine(task),
    next: [`mound progress ${task.id} --note "..."`, `mound done ${task.id} --result "..."`],
  };
}

function lease(options: Record<string, unknown>): { lease?: number } {
  const value = durationOption(options["lease"], "--lease");
  return value === undefined ? {} : { lease: value };
}
