// `npm run bench:trust`: simulates a network under attack, after the threat models of the EigenTrust paper and
// some more, in which peers choose without reputation, by EigenTrust, and by Mound's score. It prints a table
// of what honest peers got that was bad, and exits with 6 where a gate is missed. `--seeds N` lives each row
// N times, `--only TEXT` (repeatable) takes the rows whose name has that text, `--most PERCENT` is what Mound's
// rows may have of bad outcomes (15 unless said), `--svg FILE` draws a chart.
import { access, constants, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve as resolvePath } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { bundled } from "../bench/bundled.mjs";

const HELP =
  "npm run bench:trust -- [--seeds N] [--only TEXT]... [--most PERCENT] [--json] [--svg FILE]\n" +
  'Example: npm run bench:trust -- --only "C f" --seeds 2\n';
const SEEDS = 5;

if (isMainThread) {
  const { options, wrong } = readOptions(process.argv.slice(2));
  if (wrong !== undefined) console.error(`${wrong}\n${HELP}`);
  else if (options.help) process.stdout.write(HELP);
  process.exitCode = wrong !== undefined ? 2 : options.help ? 0 : await bench(options);
} else {
  const { liveOnce } = await import(workerData);
  parentPort.on("message", (job) => parentPort.postMessage({ job, lived: liveOnce(job) }, []));
}

async function bench(options) {
  const dir = await mkdtemp(join(tmpdir(), "mound-trust-"));
  const interrupted = new AbortController();
  const stop = () => interrupted.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await measure(
      options,
      await bundled(dir, "src", "sim", "trust", "bench.ts"),
      interrupted.signal,
    );
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await rm(dir, { recursive: true, force: true });
  }
}

async function measure({ seeds: count, only, most, json, svg }, file, signal) {
  const { chartOf, checkGates, jobsFor, rowNames, rowsOf, seedsFrom, tableOf } = await import(file);
  const isMeant = (name) => only.length === 0 || only.some((text) => name.includes(text));
  const names = rowNames().filter(isMeant);
  if (names.length === 0) {
    console.error(`No row has ${only.join(" or ")} in its name, such as ${rowNames()[0]}.`);
    return 2;
  }
  if (svg !== undefined && names.length < rowNames().length) {
    console.error("The chart shows all rows: leave out --only, or --svg.");
    return 2;
  }
  if (svg !== undefined && !(await isWritable(dirname(resolvePath(svg))))) {
    console.error(`--svg ${svg}: nothing can be written in ${dirname(resolvePath(svg))}.`);
    return 2;
  }
  const seeds = seedsFrom(count);
  const from = process.cpuUsage();
  const lived = await liveAll(jobsFor(names, seeds), file, signal);
  if (lived === undefined) {
    console.error("Interrupted: nothing was written.");
    return 130;
  }
  const rows = rowsOf(names, seeds, (job) => lived.get(nameOf(job)));
  const gates = checkGates(rows, most);
  if (svg !== undefined) await writeFile(svg, chartOf(rows));
  if (json) process.stdout.write(`${JSON.stringify({ v: 1, seeds, rows, gates })}\n`);
  else process.stdout.write(`${tableOf(rows)}\n${gates.map(gateLine).join("")}`);
  const { user, system } = process.cpuUsage(from);
  const seconds = ((user + system) / 1e6).toFixed(1);
  console.error(`Seeds ${seeds[0]} to ${seeds.at(-1)}; ${seconds} s of processor time.`);
  return gates.every(({ met }) => met) ? 0 : 6;
}

/** Asked before minutes are spent on what could not be kept. */
function isWritable(folder) {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** On as many threads as there are processors: by job, or undefined where it was interrupted. */
async function liveAll(jobs, file, signal) {
  const lived = new Map();
  const waiting = [...jobs];
  const told = progress(jobs);
  const workers = [];
  const one = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: file });
      workers.push(worker);
      const next = () => {
        if (waiting.length === 0) resolve();
        else worker.postMessage(waiting.shift(), []);
      };
      worker.on("message", ({ job, lived: life }) => {
        lived.set(nameOf(job), life);
        told(job);
        next();
      });
      worker.on("error", reject);
      next();
    });
  const stopped = new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const threads = Math.min(availableParallelism(), jobs.length);
  console.error(`${jobs.length} lives on ${threads} threads`);
  try {
    await Promise.race([stopped, Promise.all(Array.from({ length: threads }, one))]);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return signal.aborted ? undefined : lived;
}

/** One line for each row, when the last of its lives is over. */
function progress(jobs) {
  const left = new Map();
  for (const { row } of jobs) left.set(row, (left.get(row) ?? 0) + 1);
  const all = left.size;
  return ({ row }) => {
    left.set(row, left.get(row) - 1);
    if (left.get(row) > 0) return;
    left.delete(row);
    console.error(`${all - left.size}/${all} ${row}`);
  };
}

function nameOf({ row, column, seed }) {
  return [row, column, seed].join("/");
}

function gateLine({ title, value, bound, met }) {
  return `${met ? "met   " : "MISSED"} ${title}: ${Number(value.toPrecision(3))}, ${bound}\n`;
}

function readOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seeds: { type: "string", default: String(SEEDS) },
        only: { type: "string", multiple: true, default: [] },
        most: { type: "string" },
        json: { type: "boolean", default: false },
        svg: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const seeds = /^\d{1,3}$/.test(values.seeds) ? Number(values.seeds) : 0;
    if (seeds < 1)
      return { wrong: `--seeds ${values.seeds}: a whole number from 1 to 999 is needed.` };
    const most = values.most === undefined ? undefined : Number(values.most);
    if (most !== undefined && !(most >= 0 && most <= 100))
      return { wrong: `--most ${values.most}: a number from 0 to 100 is needed.` };
    return { options: { ...values, seeds, most } };
  } catch (error) {
    return { wrong: error.message };
  }
}
