/**
 * Mutation of guards: takes every guard of the protocol away, one at a time and in a copy of the
 * sources, and asks the tests whether they notice. Each must.
 *
 *   node test/tools/mutate.mjs [--rule ID] [--shard I/N] [--sample N] [--jobs N] [--plans] [--list]
 *
 * The guards are the judge's. What plans say early is judged again before anything is signed, so that
 * many of theirs can be missed by nobody; `--plans` tries them too.
 *
 * A guard is tried by the tests whose titles name its rule, and by all of the protocol where those say
 * nothing. Exit 0: every guard that was tried is held by a test; 1: some are not, and they are named.
 * A sample is drawn by MOUND_TEST_SEED.
 */
import { spawn } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, posix } from "node:path";
import { parseArgs } from "node:util";
import { SWITCH, withSwitches } from "./mutation-sites.mjs";

const REPOSITORY = join(import.meta.dirname, "../..");
const PROTOCOL = "src/protocol";
const TESTS = "test/protocol";

/** Where commands are decided, and not judged. */
const PLANS = /^src\/protocol\/(commands\/|decide\.ts$)/;

const { values: options } = parseArgs({
  options: {
    rule: { type: "string" },
    shard: { type: "string", default: "1/1" },
    sample: { type: "string" },
    jobs: { type: "string", default: `${Math.min(2, availableParallelism())}` },
    plans: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

const copy = mkdtempSync(join(tmpdir(), "mound-mutants-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

process.exitCode = await main();

async function main() {
  const all = copyWithSwitches();
  const unknown = rulesWithout(all);
  if (unknown.length > 0) process.stdout.write(`no guard in the protocol: ${unknown.join(" ")}\n`);
  const chosen = choose(all);
  if (chosen.length === 0) {
    process.stderr.write(`no guard of the rule ${options.rule}: mutate.mjs --list names them\n`);
    return 2;
  }
  if (options.list) {
    for (const site of chosen) process.stdout.write(`${label(site)}\n`);
    return 0;
  }
  const rules = [...new Set(chosen.map(({ rule }) => rule))];
  const sound = await failing("none", rules);
  if (sound !== undefined) {
    process.stderr.write(`the tests fail with every guard in place:\n${sound}`);
    return 2;
  }
  const survivors = await inTurn(chosen);
  const caught = chosen.length - survivors.length;
  for (const site of survivors) process.stdout.write(`survives: ${label(site)}\n`);
  process.stdout.write(`${caught} of ${chosen.length} guards are held by tests\n`);
  return survivors.length === 0 ? 0 : 1;
}

/** Copies what the tests of the protocol read, the guards with their switches; answers all guards. */
function copyWithSwitches() {
  for (const name of ["src", "test", "package.json", "tsconfig.json"])
    cpSync(join(REPOSITORY, name), join(copy, name), { recursive: true });
  symlinkSync(join(REPOSITORY, "node_modules"), join(copy, "node_modules"));
  const sites = [];
  const files = readdirSync(join(copy, PROTOCOL), { recursive: true })
    .filter((name) => name.endsWith(".ts"))
    .toSorted();
  for (const name of files) {
    const path = posix.join(PROTOCOL, name.replaceAll("\\", "/"));
    const made = withSwitches(path, readFileSync(join(copy, path), "utf8"), sites.length + 1);
    writeFileSync(join(copy, path), made.text);
    sites.push(...made.sites);
  }
  return sites.filter(({ path }) => options.plans || !PLANS.test(path));
}

/** The rules of the specification that no guard names: definitions, and what other rules hold. */
function rulesWithout(sites) {
  const specification = readFileSync(join(copy, PROTOCOL, "SPEC.md"), "utf8");
  const named = new Set(sites.map(({ rule }) => rule));
  return [...specification.matchAll(/^- \*\*([A-Z]{2,3}\d+)\*\*/gm)]
    .map(([, rule]) => rule)
    .filter((rule) => !named.has(rule));
}

function choose(all) {
  const [index, count] = options.shard.split("/").map(Number);
  const sharded = all.filter(
    ({ rule, number }) =>
      number % count === index - 1 && (options.rule === undefined || rule === options.rule),
  );
  if (options.sample === undefined) return sharded;
  const seed = Number(process.env.MOUND_TEST_SEED ?? Date.now() % 100_000);
  process.stdout.write(`a sample by MOUND_TEST_SEED=${seed}\n`);
  // Strides that are coprime to nothing in particular; only that the sample moves from seed to seed.
  const stride = Math.max(1, Math.floor(sharded.length / Number(options.sample)));
  return sharded.filter((_, at) => at % stride === seed % stride).slice(0, Number(options.sample));
}

/** Tries the guards, a few at a time; answers those that no test misses. */
async function inTurn(sites) {
  const left = [...sites];
  const survivors = [];
  const work = async () => {
    for (let site = left.shift(); site !== undefined; site = left.shift()) {
      const mutant = `${site.number}`;
      const caught = (await failing(mutant, [site.rule])) ?? (await failing(mutant, undefined));
      if (caught === undefined) survivors.push(site);
      process.stderr.write(`${caught === undefined ? "SURVIVES" : "caught  "} ${label(site)}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
  return survivors;
}

/** Runs the tests of these rules, or all of the protocol's; answers what failed, undefined: nothing. */
async function failing(mutant, rules) {
  const args = ["run", "--config", "test/vitest.config.ts", "--project", "unit", "--bail", "1"];
  if (rules === undefined) args.push(TESTS);
  else {
    const files = testFiles(rules);
    if (files.length === 0) return undefined;
    args.push("-t", `\\[(${rules.join("|")})\\]`, ...files);
  }
  const child = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", ...args], {
    cwd: copy,
    env: { ...process.env, [SWITCH]: mutant, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return code === 0 ? undefined : said;
}

function testFiles(rules) {
  return readdirSync(join(copy, TESTS), { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(TESTS, name))
    .filter((path) => {
      const text = readFileSync(join(copy, path), "utf8");
      return rules.some((rule) => text.includes(`[${rule}]`));
    });
}

function label({ rule, path, line }) {
  return `${rule} ${path}:${line}`;
}
