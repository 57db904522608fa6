import { spawn } from "node:child_process";
import { endGroup, guardGroup, killGroup } from "../git/process-group.ts";
import type { Exit } from "./program.ts";

export interface ForegroundOptions {
  /** The path of an executable file. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of its environment. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A program that has the terminal, or the files, of whoever started this process. */
export interface Foreground {
  /** Resolves when it and all that it left behind have ended. Never rejects. */
  readonly ended: Promise<Exit>;
  signal(name: "SIGTERM" | "SIGKILL"): void;
}

/**
 * Starts a program by its path and arguments, never by a shell, in a process group of its own, so that
 * what it starts ends with it. Rejects with what the system says where it cannot be started.
 */
export async function startForeground(options: ForegroundOptions): Promise<Foreground> {
  const { program, args, cwd, environment } = options;
  const child = spawn(program, args, {
    cwd,
    env: environment,
    stdio: "inherit",
    detached: process.platform !== "win32",
  });
  const { pid } = child;
  if (pid === undefined)
    throw await new Promise<Error>((resolve) => {
      child.once("error", resolve);
    });
  const unguard = guardGroup(pid, "SIGKILL");
  // A signal that could not be delivered; whether it runs is told by its exit.
  child.on("error", () => undefined);
  let over = false;
  const exited = new Promise<Exit>((resolve) => {
    child.on("exit", (code, signal) =>
      resolve(
        code === null ? { kind: "signal", signal: signal ?? "a signal" } : { kind: "code", code },
      ),
    );
  });
  const ended = exited.then(async (exit) => {
    await endGroup(pid);
    unguard();
    over = true;
    return exit;
  });
  return { ended, signal: (name) => void (!over && killGroup(pid, name)) };
}
