import { SEVERITIES, QUARTERS, type Severity } from "../../protocol/rules/trust/slash.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { agentArgument, rootsWith } from "../members/cosigners.ts";
import { textOption } from "../options.ts";
import { findCommit, namesCommit } from "../reading/moment.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";

/** `mound denounce AGENT`. */
export async function denounce(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const subject = agentArgument(typed!, "The name");
  const reason = textOption(options["reason"]);
  if (options["withdraw"] === true) return withdraw(context, subject, reason);
  const named = textOption(options["proof"]);
  if (named === undefined || reason === undefined || reason === "")
    throw new UsageError(
      "Say what shows it, with --proof, and what it shows, with --reason.",
      `mound denounce ${subject} --proof COMMIT --reason TEXT`,
    );
  const severity = severityOption(options["severity"]);
  if (severity === undefined && options["with"] !== undefined)
    throw new UsageError(
      "--with goes with --severity: further roots sign what is to be taken.",
      "mound help denounce",
    );
  const proof = await proofOf(context, named);
  const cosigners = await rootsWith(context, options["with"]);
  const accepted = await act(
    context,
    { type: "denounce", subject, proof, reason, ...(severity === undefined ? {} : { severity }) },
    cosigners.length === 0 ? {} : { cosigners },
  );
  const mound = await context.mound();
  const slash = await mound.read((view) =>
    (view.get(`slashed/${subject}`) ?? []).find((one) => one.proof === proof),
  );
  const taken = SEVERITIES.find((name) => QUARTERS[name] === slash?.quarters);
  const what =
    taken === undefined
      ? "It weighs as its author is trusted; nothing is taken, for the proof is no cheat that the judge found."
      : `For ${proof.slice(0, 12)} a slash stands (${taken}).`;
  return {
    data: {
      subject,
      issuer: context.agent(),
      proof,
      slash: taken ?? null,
      commit: accepted.commit ?? null,
    },
    text: `${context.agent()} has denounced ${subject}. ${what}`,
    next: [`mound vouches ${subject}`],
  };
}

async function withdraw(
  context: Context,
  subject: string,
  reason: string | undefined,
): Promise<Report> {
  const more = reason === undefined ? {} : { reason };
  const mound = await context.mound();
  const accepted = await act(context, { type: "undenounce", subject, ...more });
  const slashed = await mound.read((view) => view.get(`slashed/${subject}`) !== undefined);
  return {
    data: { subject, issuer: context.agent(), commit: accepted.commit ?? null },
    text: `${context.agent()} has taken back what it said against ${subject}${slashed ? "; what a slash took from it comes back with time" : ""}.`,
    next: [`mound vouches ${subject}`],
  };
}

async function proofOf(context: Context, named: string): Promise<string> {
  if (!namesCommit(named))
    throw new UsageError(
      `--proof takes a commit of the line, at least 4 digits of its name, not "${named}".`,
      "mound log",
    );
  return findCommit(await context.mound(), named);
}

function severityOption(value: unknown): Severity | undefined {
  const typed = textOption(value);
  if (typed === undefined) return undefined;
  const found = SEVERITIES.find((severity) => severity === typed);
  if (found !== undefined) return found;
  throw new UsageError(
    `--severity takes ${SEVERITIES.join(", ")}, not "${typed}".`,
    "mound help denounce",
  );
}
