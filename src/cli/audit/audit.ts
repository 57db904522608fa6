import { findClone } from "../../git/clone.ts";
import { auditSubject, numberOf } from "../../open/audit.ts";
import {
  storeOf,
  subjectOfClone,
  subjectOfRepository,
  type AuditSubject,
} from "../../open/audit-subject.ts";
import { findRepository, repositoryAt, type Repository } from "../../git/repository.ts";
import { FaultError, type Context } from "../context.ts";
import { EXIT } from "../exit.ts";
import { explain } from "../explain.ts";
import { textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { auditAnnotations } from "./annotations.ts";
import { auditHtml } from "./html.ts";
import { auditJson } from "./json.ts";
import { auditJunit } from "./junit.ts";
import { progressOf } from "./progress.ts";
import { auditSarif } from "./sarif.ts";
import { viewOf, type AuditView } from "./shown.ts";
import { auditSummary } from "./summary.ts";
import { auditText } from "./text.ts";
import { writeWhole } from "./write.ts";

declare const MOUND_VERSION: string | undefined;

/** `mound audit`: judges the whole line and reports what it finds. */
export async function audit(
  context: Context,
  _args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): Promise<Report> {
  const subject = await chooseSubject(context, options);
  const since = await chooseSince(subject, options);
  const progress = progressOf(context);
  const audited = await auditSubject(subject, {
    fresh: options["fresh"] === true || options["cache"] === false,
    keep: options["cache"] !== false,
    progress: progress.step,
  }).finally(progress.end);
  if (!audited.ok) throw new FaultError(audited.error);
  const view = viewOf(audited.value, { strict: options["strict"] === true, since });
  const files = await writeFiles(context, view, options);
  const verbose = options["verbose"] === true;
  const json = context.options.json === true;
  const annotations = options["annotations"] === true ? auditAnnotations(view) : [];
  return {
    data: auditJson(view, verbose),
    // A document stands alone: then the annotations go where the talk goes.
    text: [auditText(view, verbose), ...(json ? [] : annotations)].join("\n"),
    next: view.open > 0 ? ["mound repair"] : [],
    notes: [
      ...(subject.unreached === undefined
        ? []
        : [
            `${explain(subject.unreached).message.trimEnd()}\nThe audit is of the line as it is known here.`,
          ]),
      ...files.map((path) => `Written: ${path}`),
      ...(json ? annotations : []),
    ],
    meta: { tip: view.report.tip, age: subject.unreached === undefined ? 0 : undefined },
    exit: view.failed ? EXIT.finding : EXIT.ok,
  };
}

/** The mound of the clone that one stands in, unless another repository, branch or commit is named. */
async function chooseSubject(
  context: Context,
  options: Readonly<Record<string, unknown>>,
): Promise<AuditSubject> {
  const named = textOption(options["gitDir"]);
  const branch = textOption(options["branch"]);
  const tip = textOption(options["tip"]);
  if (branch !== undefined && tip !== undefined)
    throw new UsageError(
      "--branch and --tip name two things; give one of them.",
      "mound help audit",
    );
  const clone = named === undefined ? findClone(context.dir) : undefined;
  const chosen =
    clone !== undefined && branch === undefined && tip === undefined
      ? await subjectOfClone(clone)
      : await subjectOfRepository(
          clone === undefined ? repository(context, named) : storeOf(clone),
          { branch, tip },
        );
  if (!chosen.ok) throw new FaultError(chosen.error);
  return chosen.value;
}

function repository(context: Context, named: string | undefined): Repository {
  const dir = named === undefined ? context.dir : context.path(named);
  const found = named === undefined ? findRepository(dir) : repositoryAt(dir);
  if (found === undefined) throw new FaultError({ code: "not-in-a-mound", dir });
  return found;
}

async function chooseSince(subject: AuditSubject, options: Readonly<Record<string, unknown>>) {
  const named = textOption(options["since"]);
  if (named === undefined) return undefined;
  const found = await numberOf(subject, named);
  if (!found.ok) throw new FaultError(found.error);
  return found.value;
}

/** By option: what its file gets. */
const FORMATS: Readonly<Record<string, (view: AuditView) => string>> = {
  sarif: (view) => auditSarif(view, typeof MOUND_VERSION === "string" ? MOUND_VERSION : "0.0.0"),
  junit: auditJunit,
  html: auditHtml,
  summary: (view) => auditSummary(view),
};

async function writeFiles(
  context: Context,
  view: AuditView,
  options: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const [name, format] of Object.entries(FORMATS)) {
    const path = textOption(options[name]);
    if (path === undefined) continue;
    await writeWhole(context.path(path), format(view));
    written.push(path);
  }
  return written;
}
