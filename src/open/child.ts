import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { endGroup, guardGroup, killGroup } from "../git/process-group.ts";
import { type Tail, TailBuffer } from "./tail.ts";

export interface ChildOptions {
  /** The program and its arguments. No shell sees them. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** All of its environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Its standard input, which it need not read. */
  readonly input: string | Uint8Array;
  /** Bytes to keep of the end of its standard output, and as many of its standard error. */
  readonly keepBytes: number;
  /** Milliseconds after which it is ended; undefined: never. */
  readonly timeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
  /** Ends it as a time-out does. */
  readonly signal?: AbortSignal;
  /** Told the process id, which is that of its group, as soon as it runs. */
  readonly onStart?: (pid: number) => void;
}

export type ChildEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  /** It never ran. `reason` is the system's: ENOENT, EACCES, EMFILE. */
  | { readonly kind: "not-started"; readonly reason: string };

export interface ChildResult {
  readonly end: ChildEnd;
  /** Whether its time was up before it ended. */
  readonly timedOut: boolean;
  readonly stdout: Tail;
  readonly stderr: Tail;
}

const GRACE_MS = 2_000;
const LOOK_MS = 20;
/** What the program itself wrote is in the pipe when it ends: reading it takes no longer. */
const DRAIN_MS = 200;

/**
 * Runs a program in a process group of its own and answers how it ended; it never rejects. When the
 * program has ended, what it left running in its group is ended too, by SIGTERM and then SIGKILL, so
 * that nobody waits for a pipe that a grandchild holds. One that left the group is let go.
 */
export async function runChild(options: ChildOptions): Promise<ChildResult> {
  const stdout = new TailBuffer(options.keepBytes);
  const stderr = new TailBuffer(options.keepBytes);
  let timedOut = false;
  const end = await start(options, stdout, stderr, () => (timedOut = true));
  return { end, timedOut, stdout: stdout.read(), stderr: stderr.read() };
}

async function start(
  options: ChildOptions,
  stdout: TailBuffer,
  stderr: TailBuffer,
  timeUp: () => void,
): Promise<ChildEnd> {
  const { argv, cwd, environment, input, signal } = options;
  if (signal?.aborted === true) return { kind: "not-started", reason: "ABORT_ERR" };
  let child: ChildProcess;
  try {
    child = spawn(argv[0], argv.slice(1), {
      cwd,
      env: environment,
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    return { kind: "not-started", reason: reasonOf(error) };
  }
  child.stdout?.on("data", (chunk: Buffer) => stdout.add(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr.add(chunk));
  for (const stream of [child.stdin, child.stdout, child.stderr])
    // It may end without reading its input: that is its right.
    stream?.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once("error", (error) => {
      // An error may also come of a signal that could not be sent: then it runs on.
      if (child.pid === undefined) resolve({ kind: "not-started", reason: reasonOf(error) });
    });
    child.once("exit", (code, name) =>
      resolve(code === null ? { kind: "signal", signal: name ?? "" } : { kind: "exit", code }),
    );
  });
  child.stdin?.end(input);
  if (child.pid === undefined) return ended;
  options.onStart?.(child.pid);
  return supervise(child.pid, child, ended, closed, options, timeUp);
}

async function supervise(
  group: number,
  child: ChildProcess,
  ended: Promise<ChildEnd>,
  closed: Promise<void>,
  { timeoutMs, graceMs = GRACE_MS, signal }: ChildOptions,
  timeUp: () => void,
): Promise<ChildEnd> {
  let kill: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(group, "SIGTERM");
    kill ??= setTimeout(() => killGroup(group, "SIGKILL"), graceMs);
  };
  const end = timeoutMs === undefined ? undefined : setTimeout(() => (timeUp(), stop()), timeoutMs);
  signal?.addEventListener("abort", stop, { once: true });
  const unguard = guardGroup(group);
  try {
    const how = await ended;
    clearTimeout(end);
    clearTimeout(kill);
    signal?.removeEventListener("abort", stop);
    await Promise.race([closed, delay(DRAIN_MS, undefined, { ref: false })]);
    await endGroup(group, graceMs);
    await Promise.race([closed, delay(LOOK_MS)]);
    return how;
  } finally {
    child.stdout?.destroy();
    child.stderr?.destroy();
    unguard();
  }
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "EUNKNOWN";
}
