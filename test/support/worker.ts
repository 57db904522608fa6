import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Cli } from "./cli.ts";
import type { Place } from "./command.ts";
import { until } from "./until.ts";

/** The command as it is built, and as users start it. */
const COMMAND = join(import.meta.dirname, "../../dist/mound.js");

/** One line of `mound work --json`. */
export interface Said {
  readonly type: string;
  readonly task: string;
  readonly token: number;
  readonly [fact: string]: unknown;
}

export interface Working {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly out: () => string;
  readonly err: () => string;
  readonly events: () => readonly Said[];
  /** Resolves with the event of a type, when it has been said so many times. */
  readonly said: (type: string, times?: number) => Promise<Said>;
  /** The exit code, or undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
}

/** Starts `mound work` in the mound in `m`, or at a place, with `--json` and all its output gathered. */
export function startWork(
  where: Cli | Place,
  args: readonly string[],
  { env = {}, json = true } = {},
): Working {
  const child = spawn(process.execPath, [COMMAND, ...(json ? ["--json"] : []), "work", ...args], {
    cwd: "cwd" in where ? where.cwd : where.path("m"),
    env: { ...where.environment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<number | undefined>((resolve) => {
    child.on("close", (code) => resolve(code ?? undefined));
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const events = (): readonly Said[] =>
    out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Said);
  const said = (type: string, times = 1): Promise<Said> =>
    until(`the worker to say ${type}`, () => {
      const found = events().filter((event) => event.type === type);
      if (found.length >= times) return found[times - 1];
      if (child.exitCode !== null) throw new Error(`it ended before: ${out}${err}`);
      return undefined;
    });
  return { child, out: () => out, err: () => err, events, said, ended };
}

/** Works to the end, and answers all that was said. */
export async function runWork(
  where: Cli | Place,
  args: readonly string[],
  options: Parameters<typeof startWork>[2] = {},
): Promise<Working & { readonly code: number | undefined }> {
  const working = startWork(where, args, options);
  return { ...working, code: await working.ended };
}

/** A program in the test's folder: a shell script unless its first line says otherwise. */
export function script(cli: Cli, name: string, body: string): string {
  const path = cli.write(name, body.startsWith("#!") ? body : `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A program for node. */
export function nodeScript(cli: Cli, name: string, body: string): string {
  return script(cli, name, `#!${process.execPath}\n${body}\n`);
}

/** Adds a task as ant-1 and answers its id. */
export async function addTask(cli: Cli, ...words: readonly string[]): Promise<string> {
  const added = await cli.ok(["-C", "m", "task", "add", ...words, "--as", "ant-1", "--json"]);
  return added.json.data.task.id as string;
}

/** What `mound task show --json` says of a task. */
export async function shown(cli: Cli, task: string) {
  return (await cli.ok(`-C m task show ${task} --json`)).json.data.task;
}
