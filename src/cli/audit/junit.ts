import { FAMILIES } from "./rules.ts";
import type { AuditView, Shown } from "./shown.ts";
import { escapeXml } from "./xml.ts";

interface Case {
  readonly group: string;
  readonly name: string;
  readonly finding: Shown | undefined;
}

/** A test case for each family of rules that holds, and one for each finding. */
export function auditJunit(view: AuditView): string {
  const { findings, strict, report } = view;
  const groups = [
    ...Object.entries(FAMILIES),
    ["single-ownership", "one owner of a task at a time"],
    ["reserved-paths", "no two live claims on one path"],
    ["ledger", "no credit spent twice"],
    ["awards", "auctions go to the best bids"],
    ["history-rewritten", "the branch keeps what was accepted"],
  ] as const;
  const cases = groups.flatMap(([group, title]) => {
    const own = findings.filter(({ rule }) => familyOf(rule) === group);
    return own.length === 0
      ? [{ group, name: `${group}: ${title}`, finding: undefined }]
      : own.map((finding): Case => ({ group, name: nameOf(finding), finding }));
  });
  const fails = (one: Case): boolean =>
    one.finding !== undefined && (strict || one.finding.repaired === undefined);
  const failures = cases.filter(fails).length;
  const skipped = cases.filter((one) => one.finding !== undefined).length - failures;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  const stamp = new Date(report.time).toISOString().slice(0, 19);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="mound audit" ${counts}>`,
    `<testsuite name="${escapeXml(report.mound.name)}" ${counts} timestamp="${stamp}" time="0">`,
    ...cases.map((one) => caseXml(one, fails(one))),
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function familyOf(rule: string): string {
  return /^([A-Z]{2})\d+$/.exec(rule)?.[1] ?? rule;
}

function nameOf({ rule, code, commit }: Shown): string {
  return `${rule} ${code} in ${commit}`;
}

function caseXml({ group, name, finding }: Case, failed: boolean): string {
  const file = finding?.path === undefined ? "" : ` file="${escapeXml(finding.path)}"`;
  const head = `<testcase classname="mound.${escapeXml(group)}" name="${escapeXml(name)}"${file} time="0"`;
  if (finding === undefined) return `${head}/>`;
  const { message, advice, author, title, paths } = finding;
  if (!failed) return `${head}><skipped message="${escapeXml(advice)}"/></testcase>`;
  const body = [title, `Author: ${author}`, ...paths, `What to do: ${advice}`].join("\n");
  return `${head}><failure message="${escapeXml(message)}" type="${escapeXml(finding.code)}">${escapeXml(body)}</failure></testcase>`;
}
