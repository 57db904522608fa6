import { spawn } from "node:child_process";
import { gitEnvironment } from "./environment.ts";

/** Starts a program that outlives this process and that nobody waits for. */
export function startDetached(file: string, args: readonly string[]): void {
  const child = spawn(file, args, { detached: true, stdio: "ignore", env: gitEnvironment() });
  // What it was to do is done the next time.
  child.on("error", () => undefined);
  child.unref();
}
