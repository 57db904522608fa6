import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { git } from "./git.mjs";
import { short } from "./numbers.mjs";

export async function machine() {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    cores: cpus().length,
    processor: cpu?.model ?? "unknown",
    memoryGiB: short(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    git: (await git(["--version"])).replace("git version ", ""),
  };
}

/** Writes bench.md and bench.json into the folder; answers the Markdown. */
export async function writeReport(out, report) {
  const text = markdown(report);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "bench.md"), text);
  await writeFile(join(out, "bench.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  return text;
}

function markdown({ machine: at, quick, rows }) {
  const { cores, processor, memoryGiB, platform, node, git: version, date } = at;
  const lines = [
    `${date}: ${cores} cores (${processor}), ${memoryGiB} GiB, ${platform}, node ${node}, git ${version}`,
    "",
    ...(quick ? ["A quick run: it shows that the rows work, its figures mean nothing.", ""] : []),
    "| row | measured | target | reached | command |",
    "| --- | --- | --- | --- | --- |",
    ...rows.map(
      (row) =>
        `| ${row.title} | ${measured(row)} | ${row.target} | ${row.reached} | \`${row.command}\` |`,
    ),
    "",
    "Raw samples:",
    "",
    ...rows.flatMap(samplesOf),
  ];
  return `${lines.join("\n")}\n`;
}

function measured(row) {
  return row.value === undefined ? `not measured: ${row.why}` : `${short(row.value)} ${row.unit}`;
}

function samplesOf({ name, samples, details }) {
  if (samples === undefined && details === undefined) return [];
  const lists = Object.entries(samples ?? {}).map(
    ([key, list]) => `${key} ${list.map(short).join(", ")}`,
  );
  const facts = (details ?? []).map((detail) =>
    Object.entries(detail)
      .map(([key, value]) => `${key} ${typeof value === "number" ? short(value) : value}`)
      .join(", "),
  );
  return [`- ${name}: ${[...lists, ...facts].join("; ")}`];
}
