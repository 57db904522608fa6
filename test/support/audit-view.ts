import type { AuditFinding, AuditReport } from "../../src/app/audit-report.ts";
import { viewOf, type AuditView, type ViewOptions } from "../../src/cli/audit/shown.ts";
import type { Oid } from "../../src/protocol/ids.ts";

/** A name of a commit that is made up. */
export function oid(number: number): Oid {
  return number.toString(16).padStart(40, "0") as Oid;
}

/** A refused commit: an unsigned record, unless said. */
export function finding(number: number, more: Partial<AuditFinding> = {}): AuditFinding {
  const path = `tasks/k3/k3f9qz7-x/progress/1-${number}.yaml`;
  return {
    number,
    commit: oid(number),
    time: Date.UTC(2026, 10, 21),
    author: "mallory",
    path,
    paths: [path],
    fault: { rule: "RE6", code: "unsigned", path },
    repaired: undefined,
    ...more,
  };
}

/** The view of a report that has these, and an honest mound besides. */
export function viewWith(
  parts: Partial<AuditReport> = {},
  options: ViewOptions = { strict: false },
): AuditView {
  const tip = oid(99);
  return viewOf(
    {
      tip,
      asked: tip,
      accepted: tip,
      mound: { id: "k".repeat(52), name: "acme", protocol: 1 },
      time: Date.UTC(2026, 10, 21, 9, 30),
      findings: [],
      checkpoints: { compared: 0, unknown: 0, lies: [] },
      more: { open: 0, repaired: 0 },
      line: [],
      ownership: {
        owned: 1,
        claims: 1,
        standing: 1,
        faults: [],
        more: 0,
        intervals: new Map(),
      },
      locks: { owned: 0, claims: 0, standing: 0, faults: [], more: 0, intervals: new Map() },
      reservations: { tasks: 0, claims: 0, faults: [], more: 0 },
      awards: { awarded: 0, waiting: 0, bids: 0, faults: [], more: 0 },
      ledger: { agents: 0, granted: 0, free: 0, locked: 0, forfeited: 0, faults: [], more: 0 },
      tally: {
        commits: 99,
        accepted: 99,
        refused: 0,
        records: { task: 1 },
        agents: 1,
        tasks: 1,
        claims: 1,
        takeovers: 0,
        endings: {},
        signatures: 2,
        invalidSignatures: 0,
      },
      anomalies: [],
      proof: { digest: "d".repeat(64), commit: tip },
      deferred: undefined,
      resumed: undefined,
      ...parts,
    },
    options,
  );
}
