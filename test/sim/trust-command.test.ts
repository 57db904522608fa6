import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = join(import.meta.dirname, "..", "tools", "bench-trust.mjs");
let temp: string;

beforeAll(async () => {
  temp = await mkdtemp(join(tmpdir(), "trust-command-"));
});

afterAll(() => rm(temp, { recursive: true, force: true }));

const env = () => ({ ...process.env, TMPDIR: temp });
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [program, ...args], { env: env() });

test("some rows, as JSON, the same bytes on any number of threads, and nothing left behind", async () => {
  const args = ["--only", "C f = 1.0", "--only", "C f = 0.9", "--seeds", "1", "--json"];
  const [first, second] = [await run(...args), await run(...args)];
  expect(second.stdout).toBe(first.stdout);
  const report = JSON.parse(first.stdout);
  expect(report).toMatchObject({ v: 1, seeds: [40_261] });
  expect(report.rows.map(({ name }: { name: string }) => name)).toEqual(["C f = 0.9", "C f = 1.0"]);
  expect(report.rows[0].mound.bad).toHaveLength(1);
  expect(report.gates).toEqual([expect.objectContaining({ met: true })]);
  expect(first.stderr).toContain("2/2 ");
  expect(first.stderr).toContain("Seeds 40261 to 40261");
  expect(await readdir(temp)).toEqual([]);
});

test("a gate that is missed ends with 6, and the table says which", async () => {
  // Honest peers err themselves five times in a hundred: fewer bad outcomes than four there cannot be.
  await expect(run("--only", "C f = 0.0", "--seeds", "1", "--most", "4")).rejects.toMatchObject({
    code: 6,
    stdout: expect.stringMatching(/\| C f = 0\.0 .*\n\nMISSED Mound's worst row.*at most 4/),
  });
});

test("Ctrl-C ends it with 130, without a table and without a chart", async () => {
  const chart = join(temp, "chart.svg");
  const child = spawn(process.execPath, [program, "--svg", chart], { env: env() });
  let [out, err] = ["", ""];
  let signalled = false;
  child.stdout.on("data", (data) => (out += String(data)));
  child.stderr.on("data", (data) => {
    err += String(data);
    if (!signalled && err.includes("lives on")) signalled = child.kill("SIGINT");
  });
  expect(await once(child, "close")).toEqual([130, null]);
  expect({ signalled, out }).toEqual({ signalled: true, out: "" });
  expect(err).toContain("Interrupted: nothing was written.");
  await expect(access(chart)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readdir(temp)).toEqual([]);
});

test.each([
  [["--only", "nonsense"], "No row has nonsense"],
  [["--seeds", "0"], "--seeds 0"],
  [["--seeds", "many"], "--seeds many"],
  [["--svg", "x.svg", "--only", "C f"], "leave out --only"],
  [["--svg", "no/such/folder/x.svg"], "nothing can be written"],
  [["--frob"], "--frob"],
  [["extra"], "extra"],
])("%j is a mistake, and says so", async (args, words) => {
  await expect(run(...args)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(words),
  });
});
