// `npm run bench`: measures what the README promises, each figure against what people use today, and
// writes the table as Markdown and JSON. `--only NAME` (repeatable) runs one row, `--quick` a small
// version of each, `--out DIR` says where the table goes, `--history N` how long the
// history of the row `door` is.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { built } from "./built.mjs";
import { readOptions } from "./options.mjs";
import { machine, writeReport } from "./report.mjs";
import { ROWS } from "./rows.mjs";

const options = readOptions(process.argv.slice(2));
const names = ROWS.map((row) => row.name);
const unknown = options.only.filter((name) => !names.includes(name));

if (options.help || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no row "${name}".`);
  console.error(`npm run bench -- [--quick] [--only ${names.join("|")}]... [--out DIR]`);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  // Node's start is among what is measured, and this makes each start three times as long.
  delete process.env.NODE_EXTRA_CA_CERTS;
  const chosen = ROWS.filter((row) => options.only.length === 0 || options.only.includes(row.name));
  const { library: path, command } = await built();
  const library = { ...(await import(path)), path };
  const rows = [];
  for (const row of chosen) rows.push(await measure(row, { library, command }));
  const report = { machine: await machine(), quick: options.quick, rows };
  process.stdout.write(await writeReport(options.out, report));
  console.error(`The table is in ${options.out}.`);
  process.exitCode = rows.some((row) => row.error) ? 1 : 0;
}

/** Runs one row in a folder of its own; a row that fails says why, and the next one runs. */
async function measure(row, { library, command }) {
  const { sizes, quick } = options;
  const { name, title, target, most } = row;
  const bound = most ? `at most ${target}` : `at least ${target}`;
  const line = `npm run bench -- ${quick ? "--quick " : ""}--only ${name}`;
  const head = { name, title, target: bound, command: line };
  if (row.needsCommand && command === undefined) {
    return { ...head, reached: "-", why: "dist/mound.js is not there" };
  }
  const dir = await mkdtemp(join(tmpdir(), "mound-bench-"));
  try {
    const found = await row.run({ dir, sizes, library, command, tell: teller(name) });
    const enough = most ? found.value <= target : found.value >= target;
    const also = row.also?.(found, sizes) ?? true;
    const reached = also === true ? (enough ? "yes" : "no") : `no: ${also}`;
    return { ...head, reached, ...found };
  } catch (error) {
    return { ...head, reached: "no", why: error.message, error: true };
  } finally {
    console.error(`\r${name}: over`);
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Progress on stderr: each line over the last one at a terminal, else now and then a line. */
function teller(name) {
  let told = 0;
  return (words) => {
    const now = performance.now();
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${name}: ${words}`);
    else if (now - told > 5000) console.error(`${name}: ${words}`);
    else return;
    told = now;
  };
}
