import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AuditReport } from "../../../src/app/audit-report.ts";
import { auditAnnotations } from "../../../src/cli/audit/annotations.ts";
import { auditHtml } from "../../../src/cli/audit/html.ts";
import { auditJson } from "../../../src/cli/audit/json.ts";
import { auditJunit } from "../../../src/cli/audit/junit.ts";
import { FAMILIES, RULES } from "../../../src/cli/audit/rules.ts";
import { auditSarif } from "../../../src/cli/audit/sarif.ts";
import { auditSummary } from "../../../src/cli/audit/summary.ts";
import { auditText } from "../../../src/cli/audit/text.ts";
import type { AgentId, Oid, TaskId } from "../../../src/protocol/ids.ts";
import { finding, oid, viewWith } from "../../support/audit-view.ts";
import { runs } from "../../support/scale.ts";

const many = (count: number) => Array.from({ length: count }, (_, at) => finding(at + 1));

test("the table of rules says what the specification says", () => {
  const spec = readFileSync(join(import.meta.dirname, "../../../src/protocol/SPEC.md"), "utf8");
  const titles = (pattern: RegExp) =>
    Object.fromEntries(
      [...spec.matchAll(pattern)].map(([, id = "", title = ""]) => [id, title.replaceAll("`", "")]),
    );
  expect(RULES).toEqual(titles(/^- \*\*([A-Z]{2}\d+)\*\* (.*)$/gm));
  expect(FAMILIES).toEqual(titles(/^## ([A-Z]{2}): (.*)$/gm));
});

describe("the view", () => {
  test("fails on what is not repaired, with --strict also on what is, and never on an anomaly", () => {
    const repaired = [finding(1, { repaired: oid(2) })];
    expect(viewWith({ findings: many(1) }).failed).toBe(true);
    expect(viewWith({ findings: repaired }).failed).toBe(false);
    expect(viewWith({ findings: repaired }, { strict: true }).failed).toBe(true);
    expect(viewWith({ more: { open: 1, repaired: 0 } }).failed).toBe(true);
    expect(viewWith({ anomalies: [anomaly] }, { strict: true }).failed).toBe(false);
    expect(
      viewWith({ line: [{ code: "history-rewritten", verified: oid(1), found: "" }] }).failed,
    ).toBe(true);
  });

  test("after a commit only later ones count, but what is wrong with the line always does", () => {
    const since = { commit: oid(2), number: 2 };
    const view = viewWith({ findings: many(3) }, { strict: false, since });
    expect(view.findings.map(({ number }) => number)).toEqual([3]);
    const rewritten: AuditReport["line"] = [
      { code: "history-rewritten", verified: oid(1), found: oid(3) },
    ];
    expect(viewWith({ line: rewritten }, { strict: false, since }).open).toBe(1);
  });

  test("a fault of ownership is a finding of its own", () => {
    const code = "overlap" as const;
    const owned = "k3f9qz7-x" as TaskId;
    const agent = "ant-1" as AgentId;
    const faults = [{ code, owned, agent, token: 2, commit: oid(5), number: 5 }];
    const ownership = { ...viewWith().report.ownership, faults };
    const view = viewWith({ ownership });
    expect(view).toMatchObject({ failed: true, findings: [{ rule: "single-ownership", code }] });
    expect(auditText(view, false)).toContain("Single ownership does not hold");
  });
});

test("an overlap of reserved paths is a finding, and of none is told where there were paths", () => {
  const none = { tasks: 2, claims: 3, faults: [], more: 0 };
  expect(auditText(viewWith({ reservations: none }), false)).toContain(
    "Reserved paths hold: of 3 claims on 2 tasks with paths, no two live claims overlapped",
  );
  expect(auditText(viewWith(), false)).not.toContain("Reserved paths");
  const fault = {
    code: "paths-overlap" as const,
    task: "k3f9qz7-x" as TaskId,
    agent: "ant-1" as AgentId,
    token: 1,
    glob: "src/a",
    other: "m2n4pq8-y" as TaskId,
    theirs: "src/**",
    commit: oid(5),
    number: 5,
  };
  const view = viewWith({ reservations: { ...none, faults: [fault], more: 1 } });
  expect(view).toMatchObject({ failed: true, open: 2, findings: [{ rule: "reserved-paths" }] });
  expect(auditText(view, false)).toContain("Reserved paths do not hold");
  expect(auditJson(view, false)).toMatchObject({
    reservations: { holds: false, tasks: 2, claims: 3 },
  });
});

test("an award that the bids do not come to is a finding, and of fair ones their number is told", () => {
  const fair = { awarded: 2, waiting: 1, bids: 7, faults: [], more: 0 };
  expect(auditText(viewWith({ awards: fair }), false)).toContain(
    "Auctions hold: of 7 bids, 2 auctions awarded and 1 waiting, each went to the bids that were best.",
  );
  expect(auditText(viewWith(), false)).not.toContain("uctions");
  const faults = (["too-early", "missing", "another"] as const).map((code) => ({
    code,
    task: "k3f9qz7-fix-login" as TaskId,
    commit: "1".repeat(40) as Oid,
    number: 7,
  }));
  const view = viewWith({ awards: { ...fair, faults } });
  expect(view.findings.map(({ rule }) => rule)).toEqual(faults.map(() => "awards"));
  for (const { message } of view.findings) expect(message).toContain("k3f9qz7-fix-login");
  expect(auditText(view, false)).toContain("Auctions do not hold");
  expect(auditJson(view, false)).toMatchObject({ awards: { holds: false, awarded: 2 } });
});

test("a ledger that does not come out even is a finding, and of an even one its sums are told", () => {
  const even = { agents: 2, granted: 40, free: 31, locked: 4, forfeited: 5, faults: [], more: 0 };
  expect(auditText(viewWith({ ledger: even }), false)).toContain(
    "The ledger comes out even: of 40 credits granted to 2 agents, 31 are free, 4 locked and 5 forfeited",
  );
  expect(auditText(viewWith(), false)).not.toContain("ledger");
  const of = { commit: oid(5), number: 5, booked: 3, said: 7 };
  const faults = (["overspent", "not-as-booked", "below-zero", "not-conserved"] as const).map(
    (code) =>
      code === "not-conserved" ? { code, ...of } : { code, agent: "ant-1" as AgentId, ...of },
  );
  const view = viewWith({ ledger: { ...even, faults, more: 1 } });
  expect(view).toMatchObject({ failed: true, open: 5 });
  expect(view.findings.map(({ rule }) => rule)).toEqual(faults.map(() => "ledger"));
  expect(new Set(view.findings.map(({ message }) => message)).size).toBe(4);
  expect(auditText(view, false)).toContain("The ledger does not come out even");
  expect(auditJson(view, false)).toMatchObject({
    ledger: { holds: false, granted: 40, locked: 4 },
  });
});

const anomaly: AuditReport["anomalies"][number] = {
  code: "hot",
  task: "k3f9qz7-x" as TaskId,
  agent: undefined,
  commits: [oid(4)],
  time: 0,
  facts: { wanted: 12 },
};

test("words fit on a screen, and say how many more there are; --verbose lists all", () => {
  const view = viewWith({
    findings: [...many(30), ...many(30).map((one) => ({ ...one, repaired: oid(50) }))],
    anomalies: Array.from({ length: 30 }, () => anomaly),
  });
  const short = auditText(view, false);
  expect(short.split("\n").length).toBeLessThan(45);
  expect(short).toContain("  ... and 26 more: mound audit --verbose");
  expect(auditText(view, true).match(/-> mound repair/g)).toHaveLength(30);
  expect(short.split("\n").at(-1)).toBe(`state ${"d".repeat(64)} at ${oid(99)}`);
});

test("SARIF has what GitHub asks for: rules by index, a place and a stable fingerprint for each", () => {
  const lineage = finding(2, {
    path: undefined,
    paths: [],
    fault: { rule: "LN1", code: "lineage", detail: "it has more than one parent" },
    repaired: oid(2),
  });
  const odd = finding(3, { path: "../a b%#?.yaml" });
  const view = viewWith({ findings: [...many(1), lineage, odd] });
  const sarif = JSON.parse(auditSarif(view, "1.2.3")) as Sarif;
  expect(sarif).toMatchObject({
    version: "2.1.0",
    $schema: expect.stringMatching(/sarif-2\.1\.0/),
  });
  const [run] = sarif.runs;
  const { rules } = run!.tool.driver;
  expect(rules.map(({ id }) => id)).toEqual(["LN1", "RE6"]);
  for (const rule of rules) expect(rule.shortDescription.text).toBe(RULES[rule.id]);
  const seen = new Set<string>();
  for (const result of run!.results) {
    expect(rules[result.ruleIndex]!.id).toBe(result.ruleId);
    expect(result.message.text).not.toBe("");
    const { uri } = result.locations[0]!.physicalLocation.artifactLocation;
    expect(uri).toMatch(/^(?!\/)[A-Za-z0-9._~%!*'()/-]+$/);
    expect(uri).not.toContain("../");
    seen.add(result.partialFingerprints.primaryLocationLineHash);
  }
  expect(seen.size).toBe(3);
  expect(run!.results.map(({ level }) => level)).toEqual(["error", "error", "note"]);
  expect(auditSarif(view, "1.2.3")).toBe(auditSarif(view, "1.2.3"));
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly rules: readonly {
          readonly id: string;
          readonly shortDescription: { readonly text: string };
        }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
      readonly partialFingerprints: { readonly primaryLocationLineHash: string };
    }[];
  }[];
}

test("JUnit has a case for each family that holds and one for each finding; the counts are true", () => {
  const view = viewWith({ findings: [...many(2), finding(3, { repaired: oid(4) })] });
  const xml = auditJunit(view);
  const families = Object.keys(FAMILIES).length;
  expect(xml.match(/<testcase /g)).toHaveLength(families - 1 + 5 + 3);
  expect(xml.match(/<failure /g)).toHaveLength(2);
  expect(xml.match(/<skipped /g)).toHaveLength(1);
  expect(xml).toContain(`tests="${families + 7}" failures="2" errors="0" skipped="1"`);
  const strict = auditJunit(viewWith({ findings: view.report.findings }, { strict: true }));
  expect(strict.match(/<failure /g)).toHaveLength(3);
});

test("the page has no script, loads nothing, and its policy names its own style", () => {
  const html = auditHtml(viewWith({ findings: many(2), anomalies: [anomaly] }));
  const style = /<style>([^<]*)<\/style>/.exec(html)![1]!;
  const hash = createHash("sha256").update(style).digest("base64");
  expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
  expect(html).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|href=|src=/i);
});

test("a summary stays below its limit, and says how many findings it leaves out", () => {
  const view = viewWith({ findings: many(5_000), more: { open: 7, repaired: 0 } });
  const text = auditSummary(view);
  expect(Buffer.byteLength(text)).toBeLessThan(900_000);
  const rows = text.match(/^\| `0/gm)!.length;
  expect(rows).toBeGreaterThan(1_000);
  const left = 5_007 - rows;
  expect(text).toContain(`\n${String(left).replace(/(\d)(\d{3})$/, "$1,$2")} findings more.\n`);
  expect(auditSummary(viewWith())).toContain("No findings.");
  expect(auditSummary(viewWith({ findings: many(2) }))).not.toContain("more.");
});

test("annotations are ten at most, and then say how many more there are", () => {
  const lines = auditAnnotations(viewWith({ findings: many(12) }));
  expect(lines).toHaveLength(11);
  expect(lines[0]).toMatch(/^::error file=tasks\/k3\/[^:]*,line=1,title=RE6 unsigned::/);
  expect(lines.at(-1)).toBe("::notice::2 more findings are in the report.");
  expect(auditAnnotations(viewWith({ findings: many(10) }))).toHaveLength(10);
  const path = "a,b:c%\n::stop-commands::x";
  expect(auditAnnotations(viewWith({ findings: [finding(1, { path })] }))[0]).toMatch(
    /^::error file=a%2Cb%3Ac%25%0A%3A%3Astop-commands%3A%3Ax,line=1,/,
  );
});

/** Whatever could drive a terminal or turn text around; a newline alone may reach it. */
const RAW =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;
const hostile = fc
  .array(
    fc.constantFrom(
      ..."\u001b\u009b\u202e\u2066\u200b\r\t\u0000\ufffe\uffff\u2028|`<>&\"'%,:#*_[]()!\\\n@~",
      "]]>",
      "::error::",
      "<script>alert(1)</script>",
      "\ud800",
      "a",
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(""));

test("text of strangers is text in every format, and drives nothing", () => {
  const property = fc.property(hostile, hostile, hostile, (author, path, name) => {
    const fault = { rule: "RE6", code: "unsigned", path } as const;
    const view = viewWith({
      mound: { ...viewWith().report.mound, name },
      findings: [finding(1, { author, path, paths: [path], fault })],
      anomalies: [{ ...anomaly, facts: { who: author } }],
    });
    const html = auditHtml(view);
    const xml = auditJunit(view);
    const summary = auditSummary(view);
    const annotations = auditAnnotations(view);
    const all = [html, xml, summary, ...annotations, auditSarif(view, "1"), auditText(view, true)];
    for (const text of all) expect(RAW.exec(text)?.[0]).toBeUndefined();
    // As much mark-up as with harmless text: nothing of it came from outside.
    const plain = viewWith({ findings: [finding(1)], anomalies: [anomaly] });
    const tags = (text: string) =>
      text.match(/<[^>]*>/g)!.map((tag) => /^<\/?[!?\w]+/.exec(tag)![0]);
    expect(tags(html)).toEqual(tags(auditHtml(plain)));
    expect(tags(xml)).toEqual(tags(auditJunit(plain)));
    expect(xml).not.toMatch(/[\ufffe\uffff]/);
    expect(annotations.every((line) => !line.includes("\n"))).toBe(true);
    // Every row of the table has its six cells.
    const rows = summary.split("\n").filter((line) => line.startsWith("|"));
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
    expect(JSON.parse(auditSarif(view, "1"))).toBeTypeOf("object");
    expect(auditJson(view, true).findings[0]).toMatchObject({ author, path });
  });
  fc.assert(property, runs(200));
});
