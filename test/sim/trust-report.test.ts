import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  chartOf,
  checkGates,
  liveOnce,
  rowNames,
  rowsOf,
  seedsFrom,
  tableOf,
} from "../../src/sim/trust/bench.ts";
import type { Passed } from "../../src/sim/trust/gates.ts";
import { COLUMNS, type Column, type Row } from "../../src/sim/trust/rows.ts";
import { elementsOf } from "../support/xml.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const read = (name: string) => readFileSync(join(docs, name), "utf8");
const report = JSON.parse(read("trust.json")) as {
  readonly seeds: readonly number[];
  readonly rows: readonly Row[];
  readonly gates: readonly Passed[];
};

test("the committed figures are of all rows and of the seeds that are reported, and pass the gates", () => {
  expect(report.rows.map(({ name }) => name)).toEqual(rowNames());
  expect(new Set(rowNames()).size).toBe(rowNames().length);
  expect(report.seeds).toEqual(seedsFrom(5));
  expect(report.gates).toEqual(checkGates(report.rows));
  expect(report.gates.filter(({ met }) => !met)).toEqual([]);
});

test.each(["C f = 0.5", "20 traitors of 75, from the fourth cycle on"])(
  "%s: the committed figures are those of this code",
  (name) => {
    const committed = report.rows.find((row) => row.name === name)!;
    for (const column of COLUMNS) {
      const lived = liveOnce({ row: name, column, seed: report.seeds[1]! });
      const { bad, captured } = committed[column];
      expect(lived).toEqual({ bad: bad[1], captured: captured[1] });
    }
  },
);

test("the committed chart is that of the committed figures", () => {
  expect(chartOf(report.rows)).toBe(read("trust.svg"));
});

test("the chart is well-formed, says in words what it shows, and asks nobody else for anything", () => {
  const svg = read("trust.svg");
  const elements = elementsOf(svg);
  const [root] = elements;
  expect(root).toMatchObject({ name: "svg", attributes: { role: "img" } });
  const ids = elements.map(({ attributes }) => attributes["id"]);
  for (const id of root!.attributes["aria-labelledby"]!.split(" ")) expect(ids).toContain(id);
  const described = elements.find(({ name }) => name === "desc")!.text;
  expect(described).toContain("EigenTrust 28.8 (C f = 0.5)");
  expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
    /href|url\(|@import|@font-face|<script|http/,
  );
  expect(svg).toContain("prefers-color-scheme:dark");
  const [, , width, height] = root!.attributes["viewBox"]!.split(" ").map(Number);
  for (const { name, attributes } of elements) {
    if (name !== "text" && name !== "circle") continue;
    const [x, y] = name === "text" ? (["x", "y"] as const) : (["cx", "cy"] as const);
    expect(Number(attributes[x])).toBeGreaterThan(0);
    expect(Number(attributes[x])).toBeLessThan(width!);
    expect(Number(attributes[y])).toBeLessThan(height!);
  }
});

test.each([
  "<a><b></a></b>",
  "<a>",
  "<a/><b/>",
  "<a x=y/>",
  "<a>&</a>",
  '<a x="1" x="2"/>',
  "<a",
  "a",
])("what tells well-formed charts refuses %s", (document) => {
  expect(() => elementsOf(document)).toThrow();
});

test("names of rows come into the chart as text, whatever they hold", () => {
  const rows = report.rows.map((row) =>
    row.group === "wash" ? { ...row, name: "<wash> & <dry>" } : row,
  );
  const texts = elementsOf(chartOf(rows)).map(({ text }) => text);
  expect(texts).toContain("<wash> & <dry>");
});

test.each<readonly [string, string, Column, number]>([
  ["EigenTrust's plateau, A 70 %", "A 70 % malicious", "eigenTrust", 14],
  ["EigenTrust's plateau, B 70 %", "B 70 % malicious", "eigenTrust", 7],
  ["EigenTrust's peak in C, bad outcomes", "C f = 0.5", "eigenTrust", 37],
  ["EigenTrust's peak in C, f", "C f = 0.8", "eigenTrust", 33],
  ["Mound's worst row but traitors, D 40", "D 40 bad, 0 spies", "mound", 15.1],
  ["Mound's worst row but traitors, whitewashing", "whitewashing", "mound", 16],
  ["Mound, 20 traitors of 75, all cycles", "20 traitors of 75, all", "mound", 40],
  ["Mound, 20 traitors of 75, from the fourth", "20 traitors of 75, from", "mound", 20],
])("the gate of %s is missed, and no other, where %s has %s at %d", (title, row, column, bad) => {
  const changed = report.rows.map((one) =>
    one.name.startsWith(row) ? { ...one, [column]: { ...one[column], bad: [bad, bad] } } : one,
  );
  const missed = checkGates(changed).filter(({ met }) => !met);
  expect(missed.map((gate) => gate.title)).toEqual([expect.stringContaining(title)]);
});

test("each row above the bound is named, and gates without rows are not checked", () => {
  const high = { bad: [20], captured: [0] };
  const changed = report.rows.map((row) => (row.group === "D" ? { ...row, mound: high } : row));
  const missed = checkGates(changed).filter(({ met }) => !met);
  expect(missed).toHaveLength(10);
  expect(checkGates([])).toEqual([]);
  const some = report.rows.filter(({ name }) => name.startsWith("C f = 0."));
  expect(checkGates(some).map(({ title }) => title)).toEqual([
    expect.stringContaining("Mound's worst row"),
  ]);
});

test("the table has the means over the seeds, and the worst of Mound's", () => {
  const rows = rowsOf(["C f = 1.0"], [1, 2, 4], ({ column, seed }) => {
    return { bad: column === "mound" ? seed : 50, captured: 10 * seed };
  });
  expect(tableOf(rows).split("\n").slice(1)).toEqual([
    "| --- | --- | --- | --- | --- |",
    "| C f = 1.0 | 50.0 (23) | 50.0 (23) | 2.3 (23) | 4.0 |",
    "",
  ]);
});
