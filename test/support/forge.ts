/** What a forge does with the files of its CI, as far as the steps are a shell's: for tests of these files. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface Step {
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly steps: readonly Step[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  /** Of the first step that failed; 0 where none did. */
  readonly code: number;
  /** By name: the exit codes of the steps that were run. */
  readonly steps: Readonly<Record<string, number>>;
  readonly out: string;
  readonly summary: string;
  /** Where the job had its temporary files. */
  readonly temp: string;
}

/** Runs the shell steps of a job one after the other, as GitHub and Forgejo do; actions are passed over. */
export function runJob(
  job: Job,
  folder: string,
  context: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Ended {
  const temp = mkdtempSync(join(folder, "runner-"));
  const [summaryFile, envFile] = [join(temp, "step-summary"), join(temp, "step-env")];
  for (const file of [summaryFile, envFile]) writeFileSync(file, "");
  const values = { ...context, "runner.temp": temp };
  const shared = {
    PATH: process.env["PATH"] ?? "",
    HOME: temp,
    RUNNER_TEMP: temp,
    TMPDIR: temp,
    GITHUB_STEP_SUMMARY: summaryFile,
    GITHUB_ENV: envFile,
    ...environment,
  };
  const steps: Record<string, number> = {};
  let [code, out] = [0, ""];
  for (const [at, step] of job.steps.entries()) {
    if (step.run === undefined || (code !== 0 && step.if !== "${{ !cancelled() }}")) continue;
    const file = join(temp, `step-${at}.sh`);
    writeFileSync(file, fill(step.run, values));
    const env = {
      ...shared,
      ...envOf(job.env, values),
      ...envOf(step.env, values),
      ...kept(envFile),
    };
    const ran = spawnSync("bash", ["-e", file], { cwd: temp, env, encoding: "utf8" });
    out += ran.stdout + ran.stderr;
    steps[step.name ?? String(at)] = ran.status ?? -1;
    if (code === 0) code = ran.status ?? -1;
  }
  return { code, steps, out, summary: readFileSync(summaryFile, "utf8"), temp };
}

/** Runs the script of a GitLab job: all of it by one shell, which stops at the first fault. */
export function runScript(
  job: { readonly script: readonly string[]; readonly variables: Readonly<Record<string, string>> },
  folder: string,
  environment: Readonly<Record<string, string>>,
): Omit<Ended, "steps" | "summary"> {
  const temp = mkdtempSync(join(folder, "builds-"));
  mkdirSync(temp, { recursive: true });
  const env = { PATH: process.env["PATH"] ?? "", HOME: temp, ...job.variables, ...environment };
  const script = ["set -e", ...job.script].join("\n");
  const ran = spawnSync("sh", ["-c", script], { cwd: temp, env, encoding: "utf8" });
  return { code: ran.status ?? -1, out: ran.stdout + ran.stderr, temp };
}

/** A file of CI, its comments left behind. */
export function readYaml(text: string): Readonly<Record<string, never>> {
  return parse(text) as Readonly<Record<string, never>>;
}

function envOf(
  env: Readonly<Record<string, string>> = {},
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, fill(value, values)]),
  );
}

/** Expressions are put into the text before a shell sees it, whatever they hold. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ *([\w.-]+) *\}\}/g, (_whole, name: string) => values[name] ?? "");
}

/** What earlier steps have set for later ones. */
function kept(file: string): Record<string, string> {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.includes("="));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
