import { formatInstant } from "../../protocol/time.ts";
import { sanitiseLine } from "../sanitise.ts";
import { anomalySentence } from "../anomaly-text.ts";
import { count, grouped, proofLine, type AuditView, type Shown } from "./shown.ts";
import { awardLines, ledgerLines, ownershipLine, reservationLines, tallyLines } from "./text.ts";

/** GitHub drops a summary above 1 MiB as a whole; the rest is room for what others have put there. */
const SUMMARY_BYTES = 900_000;
const PATHS_SHOWN = 3;
const ANOMALIES_SHOWN = 20;

/** A job summary in Markdown, cut where it would be too large, and then it says so. */
export function auditSummary(view: AuditView, limit = SUMMARY_BYTES): string {
  const { report, findings, failed, open, repaired } = view;
  const total = open + repaired;
  const anomalies = report.anomalies.slice(0, ANOMALIES_SHOWN);
  const head = [
    `### Audit of ${code(report.mound.name)}: ${failed ? "failed" : "passed"}`,
    "",
    ...tallyLines(report).map(plain),
    plain(ownershipLine(report)),
    ...reservationLines(report).map(plain),
    ...ledgerLines(report).map(plain),
    ...awardLines(report).map(plain),
    "",
    code(proofLine(report)),
    "",
    ...(report.deferred === undefined
      ? []
      : [`Not judged, being ahead of the clock: ${code(report.deferred.commit)}`, ""]),
    ...anomalies.map((anomaly) => `- ${code(anomalySentence(anomaly))}`),
    ...more(report.anomalies.length - anomalies.length, "anomaly", "anomalies"),
    "",
    total === 0
      ? "No findings."
      : `**${grouped(open)} not repaired, ${grouped(repaired)} repaired.**`,
    "",
  ].join("\n");
  if (findings.length === 0) return `${head}\n`;
  const table = `${head}\n| commit | rule | what | where | by | what to do |\n| --- | --- | --- | --- | --- | --- |\n`;
  const rows: string[] = [];
  let bytes = Buffer.byteLength(table) + TAIL_BYTES;
  for (const finding of findings) {
    const row = rowOf(finding);
    bytes += Buffer.byteLength(row);
    if (bytes > limit) break;
    rows.push(row);
  }
  const left = more(total - rows.length, "finding", "findings").map((line) => `\n${line}\n`);
  return `${table}${rows.join("")}${left.join("")}`;
}

/** What is said where something was cut. */
const TAIL_BYTES = 200;

function more(number: number, one: string, many: string): readonly string[] {
  if (number <= 0) return [];
  return [`${number === 1 ? count(1, one) : `${grouped(number)} ${many}`} more.`];
}

function rowOf({
  commit,
  time,
  rule,
  message,
  path,
  paths,
  author,
  advice,
  ...rest
}: Shown): string {
  const places = paths.length === 0 && path !== undefined ? [path] : paths;
  const over = places.length > PATHS_SHOWN ? ` and ${places.length - PATHS_SHOWN} more` : "";
  const cells = [
    `${code(commit.slice(0, 12))} ${time === undefined ? "" : formatInstant(time)}`,
    `${rule} ${rest.code}`,
    code(message),
    `${places.slice(0, PATHS_SHOWN).map(code).join(" ")}${over}`,
    code(author),
    code(advice),
  ];
  return `| ${cells.join(" | ")} |\n`;
}

/**
 * A stranger's text in a code span, where no mark-up, link or mention of it works. The fence is longer
 * than any run of backticks in it; a bar ends a cell of a table even there.
 */
function code(text: string): string {
  const line = sanitiseLine(text).replaceAll("|", "\\|");
  if (line.trim() === "") return "";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A sentence of ours, which may hold a stranger's name. */
function plain(line: string): string {
  return `- ${sanitiseLine(line).replace(/[\\`*_{}[\]<>#|~@!&:/]/g, (mark) => `\\${mark}`)}`;
}
