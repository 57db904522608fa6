import { join, relative } from "node:path";
import { DRAFTS_FOLDER, listDrafts, type DraftFile } from "../../open/draft-files.ts";
import { clearFault } from "../../open/draft-faults.ts";
import { submitDrafts, submitText, type DraftOutcome } from "../../open/submit-drafts.ts";
import type { Mound } from "../../open/mound.ts";
import type { Context } from "../context.ts";
import type { Report } from "../report.ts";
import { isSubmitted, sayFault, sayLeft, sayMove } from "./words.ts";

/** The name of a draft that came by standard input. */
const STDIN = "-";

/** `mound submit [PATH|-]...`: makes records of drafts; one at fault fails alone. */
export async function submit(
  context: Context,
  typed: readonly (string | undefined)[],
): Promise<Report> {
  const agent = context.agent();
  const mound = await context.mound();
  const named = typed.filter((path) => path !== undefined);
  const outcomes: DraftOutcome[] = [];
  const files = named.length === 0 ? await allDrafts(context, mound) : filesOf(context, named);
  if (named.includes(STDIN))
    outcomes.push(await submitText(mound, agent, STDIN, await context.env.input()));
  const submitted = await submitDrafts(mound, agent, files);
  // Where nobody named it, a draft that another process has taken meanwhile is nobody's fault.
  const missed = ({ kind, ...rest }: DraftOutcome): boolean =>
    named.length === 0 &&
    kind === "fault" &&
    "fault" in rest &&
    rest.fault.code === "draft-missing";
  outcomes.push(...submitted.filter((outcome) => !missed(outcome)));
  for (const outcome of outcomes.filter(isSubmitted))
    if (outcome.draft.name !== STDIN) await clearFault(outcome.draft.path);
  return report(outcomes);
}

async function allDrafts(context: Context, mound: Mound): Promise<readonly DraftFile[]> {
  const folder = join(mound.clone.workTree, DRAFTS_FOLDER);
  const paths = await listDrafts(folder);
  return paths.map((path) => ({ path, name: relative(context.dir, path) }));
}

/** Each file once, in the order in which they were named. */
function filesOf(context: Context, named: readonly string[]): readonly DraftFile[] {
  const names = named.filter((name) => name !== STDIN);
  const byPath = new Map(names.toReversed().map((name) => [context.path(name), name]));
  return [...byPath].toReversed().map(([path, name]) => ({ path, name }));
}

function report(outcomes: readonly DraftOutcome[]): Report {
  const submitted = outcomes.filter(isSubmitted);
  const faults = outcomes.flatMap((outcome) => (isSubmitted(outcome) ? [] : [sayFault(outcome)]));
  const first = submitted.find(({ accepted }) => accepted.answer.tasks.length > 0);
  const task = first?.accepted.answer.tasks[0];
  return {
    data: {
      submitted: submitted.map(({ draft, accepted, record, left }) => ({
        draft: draft.name,
        task: accepted.answer.tasks[0] ?? null,
        token: accepted.answer.token ?? null,
        commit: accepted.commit ?? null,
        path: record,
        left: left ?? null,
      })),
      faults: faults.map(({ exit: _exit, ...fault }) => fault),
    },
    text:
      outcomes.length === 0
        ? "There are no drafts: a file below drafts/ is one."
        : submitted.map(sayMove).join("\n"),
    notes: [
      ...submitted.flatMap((outcome) => sayLeft(outcome) ?? []),
      ...faults.map(({ message, fix }) => `mound: ${message}\n  ${fix}`),
    ],
    next:
      outcomes.length === 0
        ? ["mkdir -p drafts && printf 'kind: task\\ntitle: ...\\n' > drafts/first.yaml"]
        : task === undefined
          ? []
          : [`mound task show ${task}`],
    exit: faults[0]?.exit ?? 0,
  };
}
