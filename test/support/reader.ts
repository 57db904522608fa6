import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Place } from "./command.ts";

const COMMAND = join(import.meta.dirname, "../../dist/mound.js");

/** One line of the stream of events. */
export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly cursor?: string;
}

/** `mound events --json` in a process of its own. */
export interface Reader {
  readonly child: ChildProcess;
  /** The whole lines that it has said so far. */
  told(): readonly ToldEvent[];
  /** What it has said on standard error. */
  complaints(): string;
  /** The exit code, null after a signal, once it has ended. */
  readonly ended: Promise<number | null>;
}

export function startReader({ cwd, environment }: Place, ...args: readonly string[]): Reader {
  const child = spawn(process.execPath, [COMMAND, "events", "--json", ...args], {
    cwd,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk));
  return {
    child,
    told: () =>
      out
        .slice(0, out.lastIndexOf("\n") + 1)
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as ToldEvent),
    complaints: () => err,
    // "close", so that all that it said has been read.
    ended: once(child, "close").then(([code]) => code as number | null),
  };
}

/** Asks it to end, and waits until it has. */
export function stopReader({ child, ended }: Reader): Promise<number | null> {
  child.kill("SIGTERM");
  return ended;
}
