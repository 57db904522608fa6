import type { OwnershipReport } from "../../app/audit-report.ts";
import { formatInstant } from "../../protocol/time.ts";
import { anomalyJson } from "../anomaly-text.ts";
import { proofLine, type AuditView } from "./shown.ts";

/** `data` of the JSON document. `verbose`: with every interval of ownership. */
export function auditJson(view: AuditView, verbose: boolean) {
  const { report, findings, open, repaired, failed, strict, since } = view;
  const { mound, tip, asked, time, tally, anomalies, proof, deferred } = report;
  const { ownership, locks, reservations } = report;
  const { faults: uneven, more: _more, ...ledger } = report.ledger;
  const { faults: unfair, more: _unfair, ...awards } = report.awards;
  const { lies, ...compared } = report.checkpoints;
  return {
    mound,
    tip,
    asked,
    time: formatInstant(time),
    failed,
    strict,
    since: since ?? null,
    proof: { ...proof, line: proofLine(report) },
    counts: { open, repaired, listed: findings.length },
    findings: findings.map(({ time: at, path, repaired: by, ...rest }) => ({
      ...rest,
      time: at === undefined ? null : formatInstant(at),
      path: path ?? null,
      repaired: by ?? null,
    })),
    ownership: {
      tasks: ownership.owned,
      ...ownershipJson("task", ownership, verbose),
    },
    locks: { locks: locks.owned, ...ownershipJson("lock", locks, verbose) },
    reservations: {
      holds: reservations.faults.length === 0,
      tasks: reservations.tasks,
      claims: reservations.claims,
    },
    ledger: { holds: uneven.length === 0, ...ledger },
    awards: { holds: unfair.length === 0, ...awards },
    tally,
    checkpoints: { ...compared, false: lies.length },
    anomalies: anomalies.map(anomalyJson),
    deferred:
      deferred === undefined
        ? null
        : { commit: deferred.commit, time: formatInstant(deferred.time) },
  };
}

function ownershipJson(
  what: "task" | "lock",
  { faults, claims, standing, intervals }: OwnershipReport,
  verbose: boolean,
) {
  return {
    holds: faults.length === 0,
    claims,
    standing,
    ...(verbose ? { intervals: intervalsJson(what, intervals) } : {}),
  };
}

function intervalsJson(what: "task" | "lock", intervals: OwnershipReport["intervals"]) {
  return [...intervals].map(([owned, claims]) => ({
    [what]: owned,
    claims: claims.map(({ to, since, ended, ...rest }) => ({
      ...rest,
      to: to ?? null,
      since: formatInstant(since),
      ended: ended === undefined ? null : formatInstant(ended),
    })),
  }));
}
