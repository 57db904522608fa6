import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { killHard, type Place } from "./command.ts";
import { until } from "./until.ts";

const COMMAND = join(import.meta.dirname, "../../dist/mound.js");

/** One line that a command wrote with `--json`. */
export type Line = Readonly<Record<string, unknown>>;

export interface Ended {
  /** undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stderr: string;
}

/** A command that goes on until it is told to stop, or has nothing left to do. */
export interface Live {
  readonly child: ChildProcess;
  /** The whole lines of standard output so far. */
  readonly lines: readonly Line[];
  /** What is on standard error so far. */
  readonly talk: () => string;
  readonly ended: Promise<Ended>;
  /** Asks it to stop, by SIGTERM, and waits until it has. */
  readonly stop: () => Promise<Ended>;
  /** SIGKILL: to it alone, or to all that it has started too. */
  readonly kill: (kind: "alone" | "tree") => Promise<Ended>;
}

/** Starts `mound --json ARG...` as a user would; it ends with the test at the latest. */
export function live(place: Place, ...args: readonly string[]): Live {
  return liveUnder([], place, ...args);
}

/** The same, started by another command: a shell that sets a limit. */
export function liveUnder(
  starter: readonly string[],
  { cwd, environment }: Place,
  ...args: readonly string[]
): Live {
  const [program, ...words] = [...starter, process.execPath, COMMAND, "--json", ...args];
  const child = spawn(program!, words, {
    cwd,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Line[] = [];
  let rest = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const all = (rest + chunk.toString()).split("\n");
    rest = all.pop() ?? "";
    // A line that was cut off by a kill is none.
    for (const line of all) lines.push(JSON.parse(line) as Line);
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    // Not "close": what outlives a killed command may keep the pipes open.
    child.on("exit", (code) => {
      setImmediate(() => resolve({ code: code ?? undefined, stderr }));
    });
  });
  onTestFinished(() => killHard(child, "tree"));
  return {
    child,
    lines,
    talk: () => stderr,
    ended,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    kill: async (kind) => {
      await killHard(child, kind);
      return ended;
    },
  };
}

/** Starts the daemon of a clone, and waits until it says that it is ready. */
export async function startDaemon(place: Place, ...args: readonly string[]): Promise<Live> {
  const daemon = live(place, "watch", ...args);
  await untilReady(daemon);
  return daemon;
}

/** The first line of a daemon says that it is ready, whatever there is to tell. */
export async function untilReady(daemon: Live): Promise<void> {
  const { child, lines, talk } = daemon;
  await until("the daemon's first line", () => lines.length > 0 || child.exitCode !== null);
  if (lines[0]?.["type"] === "ready") return;
  throw new Error(`the daemon is not ready: ${JSON.stringify(lines[0])} ${talk()}`);
}
