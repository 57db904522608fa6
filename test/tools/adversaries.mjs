// `npm run sim:adversaries`: plays each attack on trust, credits and auctions on the judge that judges real
// commits, and prints a table of what it comes to. `--json` prints what was measured, `--write` writes
// docs/adversaries.md instead.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundled } from "../bench/bundled.mjs";

const HELP =
  "npm run sim:adversaries -- [--json] [--write]\nExample: npm run sim:adversaries -- --write\n";
const PAGE = resolve(import.meta.dirname, "..", "..", "docs", "adversaries.md");

const { options, wrong } = readOptions(process.argv.slice(2));
if (wrong !== undefined) console.error(`${wrong}\n${HELP}`);
else if (options.help) process.stdout.write(HELP);
if (wrong !== undefined) process.exitCode = 2;
else if (!options.help) await play(options);

async function play({ json, write }) {
  const from = process.cpuUsage();
  const { outcomes, page, table } = await playedIn();
  if (write) await writeFile(PAGE, page);
  if (json) process.stdout.write(`${JSON.stringify({ v: 1, outcomes })}\n`);
  else if (!write) process.stdout.write(table);
  const { user, system } = process.cpuUsage(from);
  const seconds = ((user + system) / 1e6).toFixed(1);
  const where = write ? `Written: ${PAGE}. ` : "";
  console.error(`${where}${outcomes.length} attacks; ${seconds} s of processor time.`);
}

async function playedIn() {
  const dir = await mkdtemp(join(tmpdir(), "mound-adversaries-"));
  try {
    const file = await bundled(dir, "test", "support", "scenarios", "index.ts");
    const { pageOf, playAll, tableOf } = await import(file);
    const outcomes = await playAll();
    return { outcomes, page: pageOf(outcomes), table: tableOf(outcomes) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return { options: values };
  } catch (error) {
    return { wrong: error.message };
  }
}
