import { formatDuration, formatInstant } from "../../protocol/time.ts";
import type { Lease, Refusal } from "../../protocol/views/story.ts";
import { sanitiseLine } from "../sanitise.ts";
import { taskLine } from "../shapes.ts";
import { anomalySentence } from "../anomaly-text.ts";
import { shorten } from "../shorten.ts";
import type { ToldEntry, Why } from "./why.ts";

/** The story of a task for people: a line for each event, and below it what explains it. */
export function whyText({ task, entries, anomalies }: Why): string {
  const blocks = [
    [taskLine(task)],
    entries.flatMap(entryLines),
    anomalies.length === 0
      ? []
      : [
          "What is odd:",
          ...anomalies.flatMap((anomaly) => [
            `  ${anomaly.code}: ${sanitiseLine(anomalySentence(anomaly))}`,
            `      ${anomaly.commits.map((commit) => commit.slice(0, 12)).join(" ")}`,
          ]),
        ],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function entryLines({ event, gap, lease, refusal, message }: ToldEntry): readonly string[] {
  const { time, commit, type, actor, percent, text, refs } = event;
  const columns = [
    `${formatInstant(time).slice(0, 19)}Z`,
    gap === undefined ? "" : `+${formatDuration(gap)}`,
    commit.slice(0, 9),
    refusal === undefined ? type : "REFUSED",
    `by ${sanitiseLine(actor ?? refusal?.author ?? "") || "time"}`,
    leaseText(lease),
    percent === undefined ? "" : `${percent} %`,
    text === undefined ? "" : sanitiseLine(JSON.stringify(shorten(text.trim()))),
    ...(refs ?? []).map(sanitiseLine),
  ];
  const line = columns.filter((column) => column !== "").join("  ");
  return refusal === undefined ? [line] : [line, ...refusalLines(refusal, message)];
}

function leaseText(lease: Lease | undefined): string {
  if (lease === undefined) return "";
  const { agent, token, since, until } = lease;
  return `${agent} token ${token}, ${clock(since)} to ${clock(until)}`;
}

function refusalLines({ standing }: Refusal, message: string | undefined): readonly string[] {
  const lines = [`    ${sanitiseLine(message ?? "")}`];
  if (standing === undefined) return [...lines, "    There was no such task then."];
  const { status, token, claim } = standing;
  const held = claim === undefined ? `, its last token ${token}` : ` by ${leaseText(claim)}`;
  return [...lines, `    The task was ${status}${held}.`];
}

function clock(time: number): string {
  return `${formatInstant(time).slice(0, 19)}Z`;
}
