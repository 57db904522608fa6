import { formatInstant } from "../../protocol/time.ts";
import { anomalyJson } from "../anomaly-text.ts";
import { proofLine, type AuditView } from "./shown.ts";

/** `data` of the JSON document. `verbose`: with every interval of ownership. */
export function auditJson(view: AuditView, verbose: boolean) {
  const { report, findings, open, repaired, failed, strict, since } = view;
  const { mound, tip, asked, time, tally, anomalies, proof, deferred, ownership } = report;
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
      holds: ownership.faults.length === 0,
      tasks: ownership.tasks,
      claims: ownership.claims,
      standing: ownership.standing,
      ...(verbose ? { intervals: intervalsJson(report.ownership.intervals) } : {}),
    },
    tally,
    checkpoints: { ...compared, false: lies.length },
    anomalies: anomalies.map(anomalyJson),
    deferred:
      deferred === undefined
        ? null
        : { commit: deferred.commit, time: formatInstant(deferred.time) },
  };
}

function intervalsJson(intervals: AuditView["report"]["ownership"]["intervals"]) {
  return [...intervals].map(([task, claims]) => ({
    task,
    claims: claims.map(({ to, since, ended, ...rest }) => ({
      ...rest,
      to: to ?? null,
      since: formatInstant(since),
      ended: ended === undefined ? null : formatInstant(ended),
    })),
  }));
}
