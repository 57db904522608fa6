import { expect, test } from "vitest";
import { FINDINGS_KEPT, FindingTracker } from "../../src/app/audit-findings.ts";
import type { Oid } from "../../src/protocol/ids.ts";
import type { CommitFacts, Verdict } from "../../src/protocol/judge.ts";

const REFUSED = {
  accepted: false,
  fault: { rule: "LN9", code: "commit-empty" },
  delta: new Map(),
  time: 0,
} as const satisfies Verdict;
const TAKEN: Verdict = { accepted: true, records: [], delta: new Map(), time: 0 };

function facts(number: number): CommitFacts {
  const oid = number.toString(16).padStart(40, "0") as Oid;
  return { oid, commit: undefined, signature: undefined, changes: [] };
}

/** Refuses so many commits; each leaves the paths that are answered for its number. */
function refused(count: number, left: (number: number) => readonly string[]): FindingTracker {
  const tracker = new FindingTracker();
  for (let number = 1; number <= count; number += 1) {
    tracker.step(facts(number), REFUSED, { left: left(number), righted: [] }, number);
  }
  return tracker;
}

test("so many findings are told one by one, and the rest is counted as open and as repaired", () => {
  const tracker = refused(FINDINGS_KEPT + 5, (number) => (number % 2 === 0 ? [] : [`${number}`]));
  expect(tracker.findings).toHaveLength(FINDINGS_KEPT);
  expect(tracker.more).toEqual({ open: 3, repaired: 2 });
});

test("once nothing is astray any more, those that were only counted are repaired as well", () => {
  const tracker = refused(FINDINGS_KEPT + 2, (number) => [`path ${number}`]);
  const all = Array.from({ length: FINDINGS_KEPT + 2 }, (_, at) => `path ${at + 1}`);
  const last = all.pop()!;
  tracker.step(facts(1), TAKEN, { left: [], righted: all }, 1);
  expect(tracker.more).toEqual({ open: 2, repaired: 0 });
  expect(tracker.findings.every(({ repaired }) => repaired === facts(1).oid)).toBe(true);
  tracker.step(facts(2), TAKEN, { left: [], righted: [last] }, 2);
  expect(tracker.more).toEqual({ open: 0, repaired: 2 });
});

test("commits that leave more paths than are remembered by name are repaired when all is", () => {
  const paths = Array.from({ length: 5_000 }, (_, at) => `path ${at}`);
  const tracker = refused(60, () => paths);
  const open = (): number =>
    tracker.findings.filter(({ repaired }) => repaired === undefined).length;
  expect(open()).toBe(60);
  tracker.step(facts(61), TAKEN, { left: [], righted: paths.slice(1) }, 61);
  expect(open()).toBe(60);
  tracker.step(facts(62), TAKEN, { left: [], righted: paths.slice(0, 1) }, 62);
  expect(open()).toBe(0);
  expect(tracker.findings[0]!.paths).toHaveLength(200);
});

test("a path of any length is one path", () => {
  const long = "x".repeat(100_000);
  const tracker = refused(1, () => [long]);
  expect(JSON.stringify(tracker.keep()).length).toBeLessThan(2_000);
  tracker.step(facts(2), TAKEN, { left: [], righted: [long] }, 2);
  expect(tracker.findings[0]!.repaired).toBe(facts(2).oid);
});

test("what strangers name does not fill the memory: beyond a limit one path is listed", () => {
  const tracker = refused(300, (number) =>
    Array.from({ length: 200 }, (_, at) => `${"y".repeat(395)}${number}.${at}`),
  );
  const listed = tracker.findings.flatMap(({ paths }) => paths).join("");
  expect(listed.length).toBeLessThan(8_200_000);
  expect(tracker.findings[0]!.paths).toHaveLength(200);
  expect(tracker.findings.at(-1)!.paths).toHaveLength(1);
});
