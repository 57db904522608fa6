import { readDeadline } from "../../protocol/commands/deadline.ts";
import type { Command } from "../../protocol/commands/index.ts";
import type { AgentId } from "../../protocol/ids.ts";
import { parseDuration, formatInstant } from "../../protocol/time.ts";
import { LEVELS, type Level } from "../../protocol/trust-state.ts";
import { viewVouches } from "../../protocol/views/vouches.ts";
import { act } from "../act.ts";
import type { Context } from "../context.ts";
import { agentArgument } from "../members/cosigners.ts";
import { fingerprintArgument } from "../members/fingerprint.ts";
import { textOption } from "../options.ts";
import type { Report } from "../report.ts";
import { UsageError } from "../usage.ts";
import { vouchJson, worthText } from "./shape.ts";

type Words = Omit<Command & { readonly type: "vouch" }, "type" | "subject" | "reason">;

/** `mound vouch AGENT`. */
export async function vouch(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  if (typed === undefined)
    throw new UsageError("Say for whom you vouch.", "mound vouch AGENT --reason TEXT");
  const subject = agentArgument(typed, "The name");
  const reason = textOption(options["reason"]);
  if (reason === undefined || reason === "")
    throw new UsageError(
      "Say why you vouch, with --reason: others go by it.",
      `mound vouch ${subject} --reason TEXT`,
    );
  const words = await vouchWords(context, options);
  return vouchFor(context, subject, { ...words, reason });
}

/** What the options of a vouch say. */
export async function vouchWords(
  context: Context,
  options: Record<string, unknown>,
): Promise<Words> {
  const level = levelOption(options["level"]);
  const scope = textOption(options["for"]);
  const key = textOption(options["key"]);
  return {
    ...(level === undefined ? {} : { level }),
    ...(scope === undefined ? {} : { scope }),
    ...untilOption(options["until"]),
    ...(key === undefined ? {} : { fingerprint: await fingerprintArgument(context, key) }),
  };
}

/** Vouches, and says what that is worth. */
export async function vouchFor(
  context: Context,
  subject: AgentId,
  words: Words & { readonly reason: string },
): Promise<Report> {
  const issuer = context.agent();
  const accepted = await act(context, { type: "vouch", subject, ...words });
  const mound = await context.mound();
  const said = await mound.read((view, now) =>
    viewVouches(view, subject, now).find((one) => one.subject === subject && one.issuer === issuer),
  );
  const { level, scope, until } = said!;
  const what = `${issuer} vouches for ${subject} (${level}, ${scope}) until ${formatInstant(until)}`;
  return {
    data: { vouch: vouchJson(said!), commit: accepted.commit ?? null },
    text: `${what}; it ${worthText(said!)}.`,
    next: [`mound vouches ${subject}`],
  };
}

/** `mound unvouch AGENT`. */
export async function unvouch(
  context: Context,
  [typed]: readonly (string | undefined)[],
  options: Record<string, unknown>,
): Promise<Report> {
  const subject = agentArgument(typed!, "The name");
  const reason = textOption(options["reason"]);
  const accepted = await act(context, {
    type: "unvouch",
    subject,
    ...(reason === undefined ? {} : { reason }),
  });
  return {
    data: { subject, issuer: context.agent(), commit: accepted.commit ?? null },
    text: `${context.agent()} vouches for ${subject} no more.`,
    next: [`mound vouches ${subject}`],
  };
}

function levelOption(value: unknown): Level | undefined {
  const typed = textOption(value);
  if (typed === undefined) return undefined;
  const found = LEVELS.find((level) => level === typed);
  if (found !== undefined) return found;
  throw new UsageError(`--level takes ${LEVELS.join(", ")}, not "${typed}".`, "mound help vouch");
}

function untilOption(value: unknown): Pick<Words, "length" | "until"> {
  const typed = textOption(value);
  if (typed === undefined) return {};
  const length = parseDuration(typed);
  if (length !== undefined) return { length };
  const until = readDeadline(typed);
  if (until !== undefined) return { until };
  throw new UsageError(
    `--until takes how long, such as 30d, or a day such as 2027-01-31, not "${typed}".`,
    "mound help vouch",
  );
}
