import { sha256Text } from "../../base/sha256.ts";
import { formatInstant } from "../../protocol/time.ts";
import { anomalySentence } from "../anomaly-text.ts";
import { proofLine, type AuditView, type Shown } from "./shown.ts";
import { awardLines, ledgerLines, ownershipLine, reservationLines, tallyLines } from "./text.ts";
import { escapeXml } from "./xml.ts";

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #8884;padding:.4rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.bad{color:#c22}.good{color:#283}
@media(prefers-color-scheme:dark){.bad{color:#f77}.good{color:#7c7}}
`;

/** One page without a script that loads nothing: the policy in its head holds a browser to that. */
export function auditHtml(view: AuditView): string {
  const { report, findings, failed, open, repaired } = view;
  const title = `Audit of ${report.mound.name}`;
  const hash = Buffer.from(sha256Text(STYLE)).toString("base64");
  const verdict = failed
    ? `<p class="bad">Failed: ${open} not repaired, ${repaired} repaired.</p>`
    : `<p class="good">Passed: nothing is left to repair (${repaired} repaired).</p>`;
  const unlisted = open + repaired - findings.length;
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escapeXml(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeXml(title)}</h1>`,
    verdict,
    ...[
      ...tallyLines(report),
      ownershipLine(report),
      ...reservationLines(report),
      ...ledgerLines(report),
      ...awardLines(report),
    ].map((line) => `<p>${escapeXml(line)}</p>`),
    `<p><code>${escapeXml(proofLine(report))}</code></p>`,
    ...(report.deferred === undefined
      ? []
      : [`<p>Not judged, being ahead of the clock: <code>${report.deferred.commit}</code></p>`]),
    ...findingsHtml(findings),
    ...(unlisted > 0 ? [`<p>${unlisted} more findings are counted and not listed.</p>`] : []),
    ...anomaliesHtml(view),
    "</body></html>",
    "",
  ].join("\n");
}

function findingsHtml(findings: readonly Shown[]): readonly string[] {
  if (findings.length === 0) return ["<h2>Findings</h2><p>None.</p>"];
  return [
    "<h2>Findings</h2>",
    "<table><thead><tr><th>Commit</th><th>Rule</th><th>What</th><th>Where</th><th>By</th><th>What to do</th></tr></thead><tbody>",
    ...findings.map(rowHtml),
    "</tbody></table>",
  ];
}

function rowHtml(finding: Shown): string {
  const { commit, time, rule, code, title, message, path, paths, author, advice } = finding;
  const when = time === undefined ? "" : `<br>${formatInstant(time)}`;
  const places = paths.length === 0 && path !== undefined ? [path] : paths;
  const cells = [
    `<code>${escapeXml(commit.slice(0, 12))}</code>${when}`,
    `<span title="${escapeXml(title)}">${escapeXml(rule)}</span><br><code>${escapeXml(code)}</code>`,
    escapeXml(message),
    places.map((place) => `<code>${escapeXml(place)}</code>`).join("<br>"),
    escapeXml(author),
    escapeXml(advice),
  ];
  const mark = finding.repaired === undefined ? ' class="bad"' : "";
  return `<tr${mark}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function anomaliesHtml({ report: { anomalies } }: AuditView): readonly string[] {
  if (anomalies.length === 0) return [];
  const items = anomalies.map((anomaly) => `<li>${escapeXml(anomalySentence(anomaly))}</li>`);
  return ["<h2>Anomalies</h2>", "<p>They fail no audit.</p>", `<ul>${items.join("\n")}</ul>`];
}
