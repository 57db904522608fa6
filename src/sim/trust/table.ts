import type { Cell, Row } from "./rows.ts";
import { mean } from "./numbers.ts";

const HEAD = [
  "bad outcomes in % (weight that attackers hold)",
  "no reputation",
  "EigenTrust",
  "Mound",
  "Mound, worst seed",
];

/** The table as Markdown: means over the seeds. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, none, eigenTrust, mound }) => [
    name,
    ...[none, eigenTrust, mound].map(worded),
    Math.max(...mound.bad).toFixed(1),
  ]);
  return [HEAD, HEAD.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
}

function worded({ bad, captured }: Cell): string {
  return `${mean(bad).toFixed(1)} (${mean(captured).toFixed(0)})`;
}
