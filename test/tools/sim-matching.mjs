// `npm run sim:matching`: simulates crowds of agents that choose tasks, on the judge that decides for
// real ones, and prints a table of how often they collide and what they waste. Exits with 6 where a
// crowd does worse than is promised. `--full` takes every number of agents and tasks with every delay,
// `--only TEXT` (repeatable) the rows whose name has that text; `--seed N` draws another crowd, and
// `--claims N` counts so many claims in each row.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundled } from "../bench/bundled.mjs";

const HELP =
  "npm run sim:matching -- [--full] [--only TEXT]... [--seed N] [--claims N] [--json]\n" +
  "Example: npm run sim:matching -- --only alike/1000/1000/30 --seed 7\n";
/** Of the figures that are reported; the constants were chosen with others. */
const SEED = 20_261;

const { options, wrong } = readOptions(process.argv.slice(2));
if (wrong !== undefined) console.error(`${wrong}\n${HELP}`);
else if (options.help) process.stdout.write(HELP);
process.exitCode = wrong !== undefined ? 2 : options.help ? 0 : await simulate(options);

async function simulate({ full, only, seed, claims, json }) {
  const { checkGates, measure, nameOf, rowsFor, sizeOf, tableOf } = await load();
  const isMeant = (row) => only.length === 0 || only.some((text) => nameOf(row).includes(text));
  const chosen = rowsFor(full).filter(isMeant);
  if (chosen.length === 0) {
    console.error(
      `No row has ${only.join(" or ")} in its name, such as ${nameOf(rowsFor(full)[0])}.`,
    );
    return 2;
  }
  const rows = chosen.map((row, index) => {
    const from = process.cpuUsage();
    const measured = measure(row, seed, sizeOf(row, claims));
    const { user, system } = process.cpuUsage(from);
    const cpuSeconds = (user + system) / 1e6;
    console.error(`${index + 1}/${chosen.length} ${nameOf(row)}: ${cpuSeconds.toFixed(1)} s`);
    return { ...measured, cpuSeconds };
  });
  const gates = checkGates(rows);
  const cpuSeconds = rows.reduce((sum, row) => sum + row.cpuSeconds, 0);
  if (json)
    process.stdout.write(`${JSON.stringify({ v: 1, seed, cpuSeconds, rows, gates }, finite)}\n`);
  else process.stdout.write(`${tableOf(rows)}\n${gates.map(gateLine).join("")}`);
  console.error(`Seed ${seed}; ${cpuSeconds.toFixed(1)} s of processor time.`);
  return gates.every(({ met }) => met) ? 0 : 6;
}

function gateLine({ title, value, bound, met }) {
  return `${met ? "met   " : "MISSED"} ${title}: ${Number(value.toPrecision(3))}, ${bound}\n`;
}

/** JSON has no infinity: what never happens is null. */
function finite(_key, value) {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        full: { type: "boolean", default: false },
        only: { type: "string", multiple: true, default: [] },
        seed: { type: "string", default: String(SEED) },
        claims: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const numbers = {};
    for (const [name, least] of [
      ["seed", 0],
      ["claims", 1],
    ]) {
      if (values[name] === undefined) continue;
      const number = /^\d{1,6}$/.test(values[name]) ? Number(values[name]) : -1;
      if (number < least)
        return {
          wrong: `--${name} ${values[name]}: a whole number from ${least} to 999999 is needed.`,
        };
      numbers[name] = number;
    }
    return { options: { ...values, ...numbers } };
  } catch (error) {
    return { wrong: error.message };
  }
}

/** The sources, bundled as they are. */
async function load() {
  const dir = await mkdtemp(join(tmpdir(), "mound-sim-"));
  try {
    return await import(await bundled(dir, "src", "sim", "matching.ts"));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
