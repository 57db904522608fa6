import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "./until.ts";

/** The command as it is built, and as users start it. */
export const COMMAND = join(import.meta.dirname, "../../dist/mound.js");

/** What a command that ended has said. */
export interface Ran {
  /** undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** The phases of its submits, in order, where `MOUND_TRACE` was on. */
  readonly phases: readonly string[];
  /** The document of `--json`; undefined where it wrote none. */
  readonly json: Answer | undefined;
}

export interface Answer {
  readonly ok: boolean;
  readonly data?: Answered;
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
}

interface Answered {
  readonly task: { readonly id: string; readonly status: string };
  readonly commit: string | null;
  readonly token: number;
  readonly already: boolean;
}

export interface Place {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Resolves when the command has entered a phase; rejects when it ends without it. */
  readonly phase: (name: string) => Promise<void>;
}

/** Runs one command line to its end, with `--json`. */
export function mound(place: Place, ...args: readonly string[]): Promise<Ran> {
  return startMound(place, args).ended;
}

/** Starts one command line with `--json`, its phases on stderr. */
export function startMound({ cwd, environment }: Place, args: readonly string[]): Running {
  const child = spawn(process.execPath, [COMMAND, "--json", ...args], {
    cwd,
    env: { ...environment, MOUND_TRACE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk));
  // Not "close": a git that outlives a killed command may keep the pipes open.
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      setImmediate(() => resolve({ code: code ?? undefined, ...read(stdout, stderr) }));
    });
  });
  const phase = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stderr.includes(`phase ${name}\n`)) resolve();
      };
      child.stderr.on("data", look);
      child.on("exit", () => reject(new Error(`ended without the phase ${name}: ${stderr}`)));
      look();
    });
  return { child, ended, phase };
}

/** Ends a command with SIGKILL: it alone, or with git and all else that it has started. */
export async function killHard(child: ChildProcess, kind: "alone" | "tree"): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null) return;
  if (kind === "alone") return void child.kill("SIGKILL");
  // Stopped first, so that it starts nothing between the look and the kill.
  child.kill("SIGSTOP");
  const family = await descendants(pid);
  for (const member of [pid, ...family]) signal(member, "SIGKILL");
  await until("the end of the whole family", () => family.every((member) => !signal(member, 0)));
}

/** Those of these processes that still run; one that has ended and waits for its parent does not. */
export async function running(pids: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,stat="]);
  const rows = stdout.split("\n").map((row) => row.trim().split(/\s+/));
  return pids.filter((pid) => rows.some(([own, stat]) => own === pid && !stat?.startsWith("Z")));
}

async function descendants(root: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,stat="]);
  const rows = stdout
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  const family = new Set([root]);
  // A child is listed after its parent as a rule, not always: go on until nothing is added.
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [pid, parent] of rows) if (family.has(Number(parent))) family.add(Number(pid));
  }
  family.delete(root);
  return [...family].filter(
    (pid) => !rows.some(([own, , stat]) => Number(own) === pid && stat?.startsWith("Z")),
  );
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function read(stdout: string, stderr: string): Omit<Ran, "code"> {
  const phases = [...stderr.matchAll(/^phase (\w+)$/gm)].map((match) => match[1]!);
  return { stdout, stderr, phases, json: documentOf(stdout) };
}

/** The last line, where it is whole: a stream ends in a document only when it failed. */
function documentOf(stdout: string): Answer | undefined {
  // A command that was killed may have written half of its document.
  if (!stdout.endsWith("}\n")) return undefined;
  const last = JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as Answer;
  return "ok" in last ? last : undefined;
}
