import { expect } from "vitest";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import type { Cli, Envelope, RunOptions } from "./cli.ts";
import { mound, type Place } from "./command.ts";

export interface Diagnosis {
  readonly code: number;
  readonly findings: readonly Finding[];
  /** What one check said. */
  readonly of: (check: string) => readonly Finding[];
}

/** Runs `mound doctor --json` in the clone `m`, or where the options say. */
export async function diagnose(
  cli: Cli,
  words = "",
  options: RunOptions = { cwd: "m" },
): Promise<Diagnosis> {
  const { code, json } = await cli.run(`doctor --json ${words}`, options);
  return read(code, json);
}

/** The same as a process of its own, with the command as it is built. */
export async function diagnoseBuilt(place: Place, ...args: readonly string[]): Promise<Diagnosis> {
  const { code, stdout } = await mound(place, "doctor", ...args);
  return read(code, JSON.parse(stdout) as Envelope);
}

function read(code: number | undefined, json: Envelope): Diagnosis {
  expect(json.ok).toBe(true);
  const findings = json.data.findings as readonly Finding[];
  // Each promise of the shape, wherever a doctor is asked.
  expect(json.data.healthy).toBe(code === 0);
  expect(code).toBe(findings.some((one) => one.level === "fail" && !one.fixed) ? 6 : 0);
  for (const { message, fix } of findings) {
    expect(message).not.toBe("");
    expect(fix).not.toBe("");
  }
  return { code: code!, findings, of: (check) => findings.filter((one) => one.check === check) };
}
