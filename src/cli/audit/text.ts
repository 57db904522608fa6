import type { AuditReport, OwnershipReport } from "../../app/audit-report.ts";
import { formatInstant } from "../../protocol/time.ts";
import { sanitiseLine } from "../sanitise.ts";
import { anomalySentence } from "../anomaly-text.ts";
import { count, grouped, proofLine, type AuditView, type Shown } from "./shown.ts";

/** Of each list on a screen; `--verbose` shows all. */
const OPEN_SHOWN = 4;
const REPAIRED_SHOWN = 2;
const ANOMALIES_SHOWN = 4;
const PATHS_SHOWN = 3;

/** An audit in words. */
export function auditText(view: AuditView, verbose: boolean): string {
  const { report, findings } = view;
  const open = findings.filter(({ repaired }) => repaired === undefined);
  const repaired = findings.filter((one) => one.repaired !== undefined);
  const limit = (shown: number): number => (verbose ? Number.POSITIVE_INFINITY : shown);
  const since = view.since === undefined ? "" : ` after ${view.since.slice(0, 12)}`;
  return [
    ...tallyLines(report),
    ownershipLine(report),
    ...reservationLines(report),
    ...ledgerLines(report),
    ...awardLines(report),
    ...checkpointLines(report),
    ...deferredLines(report),
    ...(view.open + view.repaired === 0 ? [`No findings${since}.`] : []),
    ...list(`Not repaired${since}`, open, view.open, limit(OPEN_SHOWN)),
    ...list(`Repaired${since}`, repaired, view.repaired, limit(REPAIRED_SHOWN)),
    ...anomalyLines(report, limit(ANOMALIES_SHOWN)),
    proofLine(report),
  ].join("\n");
}

/** How much was judged, and what there was. */
export function tallyLines({ tally, mound, tip, time }: AuditReport): readonly string[] {
  const { records, endings } = tally;
  const total = Object.values(records).reduce((sum, number) => sum + number, 0);
  const refused = tally.refused === 0 ? "none refused" : `${grouped(tally.refused)} refused`;
  return [
    `${sanitiseLine(mound.name)} (${mound.id.slice(0, 16)}): ${count(tally.commits, "commit")} judged up to ${tip.slice(0, 12)} of ${formatInstant(time)}, ${refused}.`,
    `${count(total, "record")} of ${count(tally.agents, "agent")} and ${count(tally.tasks, "task")}; ${count(tally.claims, "claim")}, ${count(tally.takeovers, "takeover")}, ${grouped(endings["done"] ?? 0)} finished; ${count(tally.signatures, "signature")} verified.`,
  ];
}

export function ownershipLine({ ownership, locks }: AuditReport): string {
  const tasks = holdings(ownership, "task");
  const of = locks.owned === 0 ? tasks : `${tasks} and ${holdings(locks, "lock")}`;
  return ownership.faults.length + locks.faults.length === 0
    ? `Single ownership holds: of ${of}, no two of one ${locks.owned === 0 ? "task" : "task or lock"} overlap, tokens rise by one, and nothing was written after an end.`
    : `Single ownership does not hold, of ${of}.`;
}

function holdings({ claims, owned, standing }: OwnershipReport, of: string): string {
  return `${count(claims, "claim")} on ${count(owned, of)} (${grouped(standing)} standing)`;
}

/** Nothing where no task with paths was ever claimed. */
export function reservationLines({ reservations }: AuditReport): readonly string[] {
  const { claims, tasks, faults } = reservations;
  if (claims === 0) return [];
  const of = `${count(claims, "claim")} on ${count(tasks, "task")} with paths`;
  return faults.length === 0
    ? [
        `Reserved paths hold: of ${of}, no two live claims overlapped unless both tasks were shared.`,
      ]
    : [`Reserved paths do not hold, of ${of}.`];
}

/** Nothing where no credits were ever granted. */
export function ledgerLines({ ledger }: AuditReport): readonly string[] {
  const { agents, granted, free, locked, forfeited, faults } = ledger;
  if (granted === 0 && faults.length === 0) return [];
  const of = `${count(granted, "credit")} granted to ${count(agents, "agent")}`;
  return faults.length === 0
    ? [
        `The ledger comes out even: of ${of}, ${grouped(free)} are free, ${grouped(locked)} locked and ${grouped(forfeited)} forfeited; none was spent twice.`,
      ]
    : [`The ledger does not come out even, of ${of}.`];
}

/** Nothing where nothing was ever auctioned. */
export function awardLines({ awards }: AuditReport): readonly string[] {
  const { awarded, waiting, bids, faults } = awards;
  if (awarded + waiting === 0) return [];
  const of = `${count(bids, "bid")}, ${count(awarded, "auction")} awarded and ${grouped(waiting)} waiting`;
  return faults.length === 0
    ? [`Auctions hold: of ${of}, each went to the bids that were best.`]
    : [`Auctions do not hold, of ${of}.`];
}

function checkpointLines({ checkpoints }: AuditReport): readonly string[] {
  const { compared, unknown, lies } = checkpoints;
  if (compared + unknown === 0) return [];
  const rest =
    unknown === 0 ? "" : ` ${grouped(unknown)} could not be compared: mound audit --fresh.`;
  const word =
    lies.length === 0
      ? "say what folding gives"
      : `were compared, ${grouped(lies.length)} are false`;
  return [`${count(compared, "checkpoint")} ${word}.${rest}`];
}

function deferredLines({ deferred }: AuditReport): readonly string[] {
  if (deferred === undefined) return [];
  return [
    `The commit ${deferred.commit.slice(0, 12)} is dated ${formatInstant(deferred.time)}, ahead of this clock: it and what follows it were not judged.`,
  ];
}

function list(
  title: string,
  findings: readonly Shown[],
  total: number,
  limit: number,
): readonly string[] {
  if (total === 0) return [];
  const shown = findings.slice(0, limit);
  const more = total - shown.length;
  return [
    `${title}: ${grouped(total)}`,
    ...shown.flatMap(findingLines),
    ...(more === 0 ? [] : [`  ... and ${grouped(more)} more: mound audit --verbose`]),
  ];
}

function findingLines(shown: Shown): readonly string[] {
  const { commit, number, time, author, rule, code, message, advice } = shown;
  const when = time === undefined ? "" : `  ${formatInstant(time)}`;
  const by = author === "" ? "" : `  by ${sanitiseLine(author)}`;
  const place = number === 0 ? "" : ` (#${number})`;
  return [
    `  ${commit.slice(0, 12)}${place}  ${rule} ${code}${when}${by}`,
    `    ${sanitiseLine(message)}`,
    ...pathLines(shown),
    `    -> ${advice}`,
  ];
}

function pathLines({ path, paths }: Shown): readonly string[] {
  const named = paths.length === 0 && path !== undefined ? [path] : paths;
  if (named.length === 0) return [];
  const more = named.length > PATHS_SHOWN ? ` and ${named.length - PATHS_SHOWN} more` : "";
  return [`    ${named.slice(0, PATHS_SHOWN).map(sanitiseLine).join(", ")}${more}`];
}

function anomalyLines({ anomalies }: AuditReport, limit: number): readonly string[] {
  if (anomalies.length === 0) return [];
  const shown = anomalies.slice(0, limit);
  const more = anomalies.length - shown.length;
  return [
    `Anomalies, which fail no audit: ${grouped(anomalies.length)}`,
    ...shown.map((anomaly) => `  ${sanitiseLine(anomalySentence(anomaly))}`),
    ...(more === 0 ? [] : [`  ... and ${grouped(more)} more: mound audit --verbose`]),
  ];
}
