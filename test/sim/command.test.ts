import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = join(import.meta.dirname, "..", "tools", "sim-matching.mjs");
const run = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args]);

test("one row, as JSON, with its seed and its processor time", async () => {
  const row = ["--only", "alike/10/10/30/uniform", "--claims", "50"];
  const { stdout, stderr } = await run(...row, "--seed", "7", "--json");
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ v: 1, seed: 7, gates: [] });
  expect(report.rows).toHaveLength(1);
  expect(report.rows[0]).toMatchObject({
    setting: "alike",
    agents: 10,
    strategy: "uniform",
    claims: 50,
  });
  expect(report.cpuSeconds).toBeGreaterThan(0);
  expect(stderr).toContain("Seed 7");
});

test.each([
  [["--only", "nonsense"], "No row has nonsense"],
  [["--seed", "much"], "--seed much"],
  [["--seed", "-1"], "--seed"],
  [["--claims", "0"], "--claims 0"],
  [["--frob"], "--frob"],
  [["extra"], "extra"],
])("%j is a mistake, and says so", async (args, words) => {
  await expect(run(...args)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(words),
  });
});
