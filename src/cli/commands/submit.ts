import type { Command } from "commander";
import { lazily } from "../lazily.ts";
import type { Run } from "../main.ts";

/** Wishes that lie in the working tree as files. */
export function addDraftCommands(program: Command, run: Run): void {
  program
    .command("submit [paths...]")
    .description("make records of drafts: the files below drafts/, or those that are named")
    .addHelpText("after", HELP)
    .action(run(lazily(async () => (await import("../drafts/submit.ts")).submit)));
}

const HELP = `
A draft is a file of \`key: value\` lines. Its kind is one of
  task      title, body, needs, after, after_any, paths, priority, deadline, lease, attempts, review, reviewer, parent
  claim     task, lease
  progress  task, percent, note, checkpoint, lease, token
  attempt   task, outcome (done, failed, released), result, reason, ref, token
  review    task, verdict (accepted, rejected), reason
  cancel    task, reason
Lists are YAML lists, or words between commas. - reads one draft from standard input. A draft below drafts/ is
removed once it is accepted; one at fault is left alone, and keeps no other from being submitted.

Example:
  mkdir -p drafts && printf 'kind: task\\ntitle: Fix the login\\n' > drafts/fix && mound submit --as ant-1`;
