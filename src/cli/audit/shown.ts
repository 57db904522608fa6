import type {
  AuditFinding,
  AuditReport,
  AwardFault,
  LedgerFault,
  OwnershipFault,
  ReservationFault,
} from "../../app/audit-report.ts";
import { unreachable } from "../../base/assert.ts";
import { explainRule } from "../explain-rule.ts";
import { ruleTitle } from "./rules.ts";

/** A finding in words, as every format has it. All texts are untrusted: each format makes them safe. */
export interface Shown {
  /** A rule of SPEC.md, or `single-ownership`, `reserved-paths`, `ledger`, `awards`, `history-rewritten` or `checkpoint-false`. */
  readonly rule: string;
  readonly title: string;
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  readonly commit: string;
  /** Which commit of the line it is, counted from 1; 0: none of it. */
  readonly number: number;
  /** Milliseconds; undefined where the finding is not of one moment. */
  readonly time: number | undefined;
  readonly author: string;
  readonly path: string | undefined;
  readonly paths: readonly string[];
  readonly repaired: string | undefined;
}

/** What the formats write: the report, and what of it is to be shown. */
export interface AuditView {
  readonly report: AuditReport;
  /** Those that fail an audit first, then in the order of the line. */
  readonly findings: readonly Shown[];
  readonly open: number;
  readonly repaired: number;
  /** Whether this audit fails: `--strict` counts what is repaired as well. */
  readonly failed: boolean;
  readonly strict: boolean;
  /** The commit after which findings are told; undefined: all. */
  readonly since: string | undefined;
}

export interface ViewOptions {
  readonly strict: boolean;
  readonly since?: { readonly commit: string; readonly number: number } | undefined;
}

export function viewOf(report: AuditReport, { strict, since }: ViewOptions): AuditView {
  const after = since?.number ?? 0;
  const commits = report.findings.filter(({ number }) => number > after).map(ofCommit);
  const whole = [
    ...report.line.map(ofLine),
    ...report.ownership.faults.map((fault) => ofOwnership("task", fault)),
    ...report.locks.faults.map((fault) => ofOwnership("lock", fault)),
    ...report.reservations.faults.map(ofReservation),
    ...report.ledger.faults.map(ofLedger),
    ...report.awards.faults.map(ofAward),
  ];
  const told = [...whole, ...report.checkpoints.lies.map(ofCheckpoint), ...commits];
  const open = told.filter((one) => one.repaired === undefined);
  const repaired = told.filter((one) => one.repaired !== undefined);
  const counts = {
    open:
      open.length +
      report.more.open +
      report.ownership.more +
      report.locks.more +
      report.reservations.more +
      report.ledger.more +
      report.awards.more,
    repaired: repaired.length + report.more.repaired,
  };
  return {
    report,
    findings: [...open, ...repaired],
    ...counts,
    failed: counts.open > 0 || (strict && counts.repaired > 0),
    strict,
    since: since?.commit,
  };
}

/** `state <digest> at <commit>`: equal wherever the same commits were judged. */
export function proofLine({ proof }: AuditReport): string {
  return `state ${proof.digest} at ${proof.commit}`;
}

/** `1 commit`, `20,000 commits`. */
export function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

function ofCommit({ fault, commit, ...finding }: AuditFinding): Shown {
  const { repaired, number, time, author, path, paths } = finding;
  return {
    rule: fault.rule,
    title: ruleTitle(fault.rule),
    code: fault.code,
    message: explainRule(fault).message,
    advice:
      repaired === undefined
        ? "mound repair"
        : repaired === commit
          ? "Nothing: it left nothing behind."
          : `Nothing: it was put right by ${repaired.slice(0, 12)}.`,
    commit,
    number,
    time,
    author,
    path,
    paths,
    repaired,
  };
}

function ofLine({ code, verified, found }: AuditReport["line"][number]): Shown {
  const now = found === "" ? "the branch is gone" : `its tip is ${found.slice(0, 12)}`;
  return {
    ...WHOLE,
    rule: code,
    title: "A branch keeps every commit that was accepted",
    code,
    message: `The branch no longer contains ${verified.slice(0, 12)}, which was accepted here: ${now}.`,
    advice: "mound repair --force-line",
    commit: verified,
  };
}

function ofOwnership(what: "task" | "lock", fault: OwnershipFault): Shown {
  const { owned, token, agent, commit, number } = fault;
  return {
    ...WHOLE,
    rule: "single-ownership",
    title: `A ${what} has one owner at a time, by rising tokens`,
    code: fault.code,
    message: `${ownershipSentence(fault)} (${what} ${owned}, token ${token}, by ${agent}).`,
    advice: "Tell the makers of Mound: its judge accepted what it must refuse.",
    commit,
    number,
    author: agent,
  };
}

function ofReservation(fault: ReservationFault): Shown {
  const { task, glob, other, theirs, agent, code, commit, number } = fault;
  return {
    ...WHOLE,
    rule: "reserved-paths",
    title: "No two live claims overlap, unless both tasks are shared",
    code,
    message: `${agent} claimed ${task}, whose ${glob} overlaps ${theirs} of ${other}, while that was claimed.`,
    advice: "Tell the makers of Mound: its judge accepted what it must refuse.",
    commit,
    number,
    author: agent,
  };
}

function ofLedger(fault: LedgerFault): Shown {
  const { agent, task, code, booked, said, commit, number } = fault;
  const whose = `${agent ?? "all agents"}${task === undefined ? "" : ` on ${task}`}`;
  return {
    ...WHOLE,
    rule: "ledger",
    title: "Credits are conserved, and none is spent twice",
    code,
    message: `The credits of ${whose} ${LEDGER_WORDS[code]}: ${booked ?? 0} by the records, ${said ?? 0} in the state.`,
    advice: "Tell the makers of Mound: its judge accepted what it must refuse.",
    commit,
    number,
    author: agent ?? "",
  };
}

const LEDGER_WORDS: Readonly<Record<LedgerFault["code"], string>> = {
  overspent: "were locked without being free",
  "not-as-booked": "are not what grants, claims and their ends come to",
  "below-zero": "are less than nothing, or more are locked than are anywhere",
  "not-conserved": "do not add up to what was granted and forfeited",
};

function ofAward({ task, code, commit, number }: AwardFault): Shown {
  return {
    ...WHOLE,
    rule: "awards",
    title: "Auctions go to the bids that were best",
    code,
    message: `The award of ${task} ${AWARD_WORDS[code]}.`,
    advice: "Tell the makers of Mound: its judge accepted what it must refuse.",
    commit,
    number,
    author: "",
  };
}

const AWARD_WORDS: Readonly<Record<AwardFault["code"], string>> = {
  "too-early": "was made before it was due, or by a bidder's commit",
  missing: "was due with this commit, and was not made",
  another: "is not what the bids come to",
};

function ofCheckpoint(lie: AuditReport["checkpoints"]["lies"][number]): Shown {
  const { agent, commit, number, record, time, said, found, revoked } = lie;
  return {
    ...WHOLE,
    rule: "checkpoint-false",
    title: "A checkpoint says what the state was",
    code: "checkpoint-false",
    message: `${agent} has signed the state ${said} at commit ${number} (${commit.slice(0, 12)}); it is ${found}.`,
    advice: revoked ? `Nothing: ${agent} is revoked.` : `mound agent revoke ${agent}`,
    repaired: revoked ? record : undefined,
    commit: record,
    time,
    author: agent,
    path: `checkpoints/${commit}/${agent}.yaml`,
  };
}

const WHOLE = {
  number: 0,
  time: undefined,
  author: "",
  path: undefined,
  paths: [],
  repaired: undefined,
};

function ownershipSentence({ code }: OwnershipFault): string {
  switch (code) {
    case "overlap":
      return "A claim began while another one stood";
    case "token-gap":
      return "A token is not one more than the last";
    case "not-the-holder":
      return "Another agent than the holder wrote under a claim";
    case "after-the-end":
      return "A record was written under a claim that was over, or never began";
    case "not-lapsed":
      return "A claim was taken over before its lease had ended";
    default:
      return unreachable(code);
  }
}
